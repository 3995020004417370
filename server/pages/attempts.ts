/** Every attempt of an execution: who tried, on what machine, how far it came and how it ended. */
import type { Outcome } from '../../core/execution.ts'
import type { MachineFacts } from '../../schemas/types.gen.ts'
import type { AttemptView } from './execution-view.ts'
import { html, type Html } from './html.ts'
import { chip } from './marks.ts'
import { between, duration, timestamp } from './moment.ts'
import { executionPath } from './paths.ts'
import { timeline } from './timeline.ts'

/** `attempts`: of the execution `id`; the one whose log the page shows is `shown`. */
export const attemptsSection = (
  id: string,
  attempts: readonly AttemptView[],
  shown: number | null,
  now: string,
): Html =>
  html`<section aria-labelledby="attempts">
    <h2 id="attempts">${attempts.length > 1 ? `${attempts.length} attempts` : 'Attempt'}</h2>
    <ol class="plain stack">
      ${attempts.map((attempt) => attemptItem(id, attempt, shown, now))}
    </ol>
  </section>`

const attemptItem = (id: string, attempt: AttemptView, shown: number | null, now: string): Html =>
  html`<li class="card attempt">
    <h3>
      Attempt ${attempt.number} ${ending(attempt)}
      <span class="muted"
        >${duration(between(attempt.startedAt, attempt.endedAt ?? now))}${attempt.endedAt === null && ' so far'}</span
      >
    </h3>
    ${attempt.note && html`<p class="note">${reason(attempt)}<bdi>${attempt.note}</bdi></p>`}
    ${timeline(attempt, now)}
    <p class="muted">
      Began ${timestamp(attempt.startedAt)} on runner
      <bdi>${attempt.runner}</bdi>${machineWords(attempt.machine)}.
      ${attempt.number !== shown && html`<a href="${executionPath(id)}?attempt=${attempt.number}#log">Show its log</a>`}
    </p>
    ${
      attempt.notes.length > 0 &&
      html`<ul>
        ${attempt.notes.map((note) => html`<li><bdi>${note}</bdi></li>`)}
      </ul>`
    }
    ${attempt.machine?.console && consoleOf(attempt.machine.console)}
  </li>`

const reason = ({ reason, outcome }: AttemptView): Html | null =>
  reason !== null && reason !== outcome ? html`<code>${reason}</code> ` : null

/** An attempt that ended without an outcome was handed back unharmed. */
const ending = ({ outcome, endedAt }: AttemptView): Html =>
  outcome !== null
    ? chip(outcome as Outcome)
    : endedAt === null
      ? chip('running')
      : html`<span class="muted">handed back;</span>`

const machineWords = (machine: MachineFacts | null): Html | null =>
  machine &&
  html`, in a fresh machine from image
    <bdi>${machine.image}</bdi
    >${machine.imageDigest && html` <code title="${machine.imageDigest}">${machine.imageDigest.slice(0, 12)}</code>`}${machine.accelerator && `, ${accelerators[machine.accelerator]}`}${machine.qemu && html`, qemu <bdi>${machine.qemu}</bdi>`}`

export const accelerators = { kvm: 'accelerated by KVM', tcg: 'emulated (TCG)' } as const

const consoleOf = (text: string): Html =>
  html`<details open>
    <summary>Last words on the machine's console</summary>
    <pre class="commands" tabindex="0"><code>${text}</code></pre>
  </details>`
