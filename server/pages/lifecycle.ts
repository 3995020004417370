/** Where an execution is on its way, and when it got there. */
import type { Execution } from '../store/executions.ts'
import { html, type Html } from './html.ts'
import { between, duration, timestamp } from './moment.ts'

type Times = Pick<Execution, 'state' | 'createdAt' | 'startedAt' | 'finishedAt'>

/** A point on the way: when it was reached, and how long what came before took. */
interface Station {
  name: string
  at: string | null
  /** What is said of the time before. */
  before: string | null
}

export const lifecycle = (execution: Times, now: string): Html =>
  html`<ol class="lifecycle" aria-label="Lifecycle">
    ${stations(execution, now).map(
      ({ name, at, before }) =>
        html`<li class="${at === null ? 'ahead' : 'reached'}">
          ${before && html`<span class="between muted">${before}</span>`}
          <strong>${name}</strong> ${at === null ? html`<span class="muted">not yet</span>` : timestamp(at)}
        </li>`,
    )}
  </ol>`

/** What was skipped or cancelled in time never ran. */
function stations({ createdAt, startedAt, finishedAt }: Times, now: string): Station[] {
  const scheduled = { name: 'Scheduled', at: createdAt, before: null }
  const waited = `${finishedAt === null && startedAt === null ? 'waiting for' : 'waited'} ${duration(between(createdAt, startedAt ?? finishedAt ?? now))}`
  if (startedAt === null && finishedAt !== null)
    return [scheduled, { name: 'Finished', at: finishedAt, before: waited }]
  const ran =
    startedAt === null
      ? null
      : `${finishedAt === null ? 'running for' : 'ran'} ${duration(between(startedAt, finishedAt ?? now))}`
  return [
    scheduled,
    { name: 'Running', at: startedAt, before: waited },
    { name: 'Finished', at: finishedAt, before: ran },
  ]
}
