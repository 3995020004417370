/** The runners and the queue: who runs what, and what waits for whom. */
import type { RunnerFacts } from '../store/runners.ts'
import type { Execution } from '../store/executions.ts'
import { accelerators } from './attempts.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { counted, icon } from './marks.ts'
import { moment } from './moment.ts'
import { executionPath, packagePath } from './paths.ts'

export interface RunnersView {
  runners: RunnerView[]
  /** Running executions, newest first, with the runner that has each. */
  running: (Execution & { runner: string | null })[]
  /** Those that wait longest, oldest first. */
  waiting: (Execution & { why: string })[]
  counts: { scheduled: number; running: number }
}

export type RunnerView = RunnerFacts & { id: string; alive: boolean; seenAt: string }

export function runnersPage(view: RunnersView, now: string): Document {
  const { counts, runners } = view
  const alive = runners.filter((runner) => runner.alive)
  return page({
    title: 'Runners and queue',
    live: counts.scheduled + counts.running > 0,
    content: html`
      <header class="head">
        <h1>Runners and queue</h1>
        <p class="lead" role="status" data-live="headline">
          ${counted(alive.length, 'runner')} ${alive.length === 1 ? 'is' : 'are'} there; ${counts.running}
          running, ${counts.scheduled} waiting.
        </p>
      </header>
      <div data-live="runners">${runners.length > 0 ? runnersSection(view, now) : noRunners}</div>
      <div data-live="running">${view.running.length > 0 && runningSection(view, now)}</div>
      <div data-live="queue">${queueSection(view, now)}</div>
    `,
  })
}

const noRunners = html`<div class="card empty">
  <h2>No runner has come yet</h2>
  <p>Checks wait until one does. On a host that has qemu:</p>
  <pre class="commands" tabindex="0"><code>assay doctor
assay runner</code></pre>
</div>`

const runnersSection = ({ runners, running }: RunnersView, now: string): Html =>
  html`<section aria-labelledby="runners">
    <h2 id="runners">Runners</h2>
    <ul class="plain cards">
      ${runners.map((runner) => {
        const busy = running.filter((execution) => execution.runner === runner.id).length
        return html`<li class="card ${!runner.alive && 'away'}">
          <h3>
            <bdi>${runner.id}</bdi>
            <span class="tag">${runner.alive ? (busy > 0 ? `running ${busy}` : 'idle') : 'away'}</span>
          </h3>
          <p class="muted">
            ${runner.architectures.join(', ')},
            ${runner.accelerator ? accelerators[runner.accelerator] : 'cannot boot machines'}, qemu
            <bdi>${runner.qemu}</bdi>
          </p>
          <p class="muted">Images: <bdi>${runner.images.join(', ') || 'none yet'}</bdi></p>
          <p class="muted">Heard ${moment(runner.seenAt, now)}</p>
        </li>`
      })}
    </ul>
  </section>`

const runningSection = ({ running }: RunnersView, now: string): Html =>
  html`<section aria-labelledby="running">
    <h2 id="running">Running</h2>
    <ul class="plain rows">
      ${running.map(
        (execution) =>
          html`<li>
            ${icon('running')} ${title(execution)}
            <span class="muted"
              >since
              ${moment(execution.startedAt ?? execution.createdAt, now)}${execution.runner && html` on <bdi>${execution.runner}</bdi>`}</span
            >
          </li>`,
      )}
    </ul>
  </section>`

const queueSection = ({ waiting, counts }: RunnersView, now: string): Html =>
  html`<section aria-labelledby="queue">
    <h2 id="queue">Waiting</h2>
    ${waiting.length === 0 && html`<p class="muted">Nothing waits.</p>`}
    <ul class="plain rows">
      ${waiting.map(
        (execution) =>
          html`<li>
            ${icon('scheduled')} ${title(execution)}
            <span class="muted">since ${moment(execution.createdAt, now)}. ${execution.why}</span>
          </li>`,
      )}
    </ul>
    ${counts.scheduled > waiting.length && html`<p class="muted">${counts.scheduled - waiting.length} more came later.</p>`}
  </section>`

const title = (execution: Execution): Html =>
  html`<a href="${executionPath(execution.id)}">${execution.check}</a> <span class="muted">of</span>
    <a href="${packagePath(execution.package)}">${execution.package}</a> <bdi>${execution.version}</bdi>
    <span class="muted"><bdi>${execution.release}</bdi>, ${execution.arch};</span>`
