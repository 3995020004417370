/** The log on an execution's page: numbered lines, each with an address, live while they are written. */
import type { LogView } from './execution-view.ts'
import { html, type Html } from './html.ts'
import { logLimits } from './log-part.ts'
import { size } from './moment.ts'
import { numberedLines } from './numbered-lines.ts'
import { executionPath } from './paths.ts'

export const logSection = (id: string, log: LogView | null): Html =>
  html`<section aria-labelledby="log" data-live="log">
    <h2 id="log">Log</h2>
    ${log && (log.size > 0 || log.growing) ? logOf(id, log) : html`<p class="muted">Nothing was written.</p>`}
  </section>`

function logOf(id: string, log: LogView): Html {
  const { attempt, firstLine, lines, growing } = log
  const window = (line: number): string => `${executionPath(id)}?attempt=${attempt}&line=${line}`
  const last = firstLine + lines.length - 1
  const isWhole = firstLine === 1 && (growing || log.offset >= log.size)
  return html`<p class="actions">
      <span class="muted">${extent(log)}</span>
      ${firstLine > 1 && html`<a href="${window(Math.max(1, firstLine - logLimits.lines))}#log">Earlier lines</a>`}
      ${!growing && log.offset < log.size && html`<a href="${window(last + 1)}#log">Later lines</a>`}
      <a href="${executionPath(id, 'log')}?attempt=${attempt}">Whole log as text</a>
    </p>
    <div
      class="log"
      role="region"
      aria-label="Log of attempt ${attempt}"
      tabindex="0"
      ${growing && stream(id, log)}
    >
      ${numberedLines({ lines, first: firstLine, pageOf: isWhole ? () => '' : window })}
    </div>`
}

/** How much of it is shown; while it grows, nobody can say. */
const extent = ({ attempt, firstLine, lines, size: bytes, growing }: LogView): string =>
  growing
    ? `Attempt ${attempt}, as it is written`
    : `Lines ${firstLine} to ${firstLine + lines.length - 1} of attempt ${attempt}, ${size(bytes)} in all`

const stream = (id: string, { attempt, offset }: LogView): Html =>
  html`data-stream="${executionPath(id, 'live')}" data-attempt="${attempt}" data-after="${attempt}-${offset}"`
