/** The log on an execution's page: what failed first, then its last lines, live while they are written. */
import { failingLines } from '../../core/failing-lines.ts'
import type { LogView } from './execution-view.ts'
import { html, type Html } from './html.ts'
import { size } from './moment.ts'
import { foldedLines, numberedLines } from './numbered-lines.ts'
import { executionPath, logPath, logViewPath } from './paths.ts'
import { lastWindow } from './read-text.ts'
import { coloured, readable } from './terminal-text.ts'

/** `hasFailed`: readers look for the reason. */
export const logSection = (id: string, log: LogView | null, hasFailed: boolean): Html =>
  html`<section aria-labelledby="log" data-live="log">
    <h2 id="log">Log</h2>
    ${log && (log.size > 0 || log.growing) ? logOf(id, log, hasFailed) : html`<p class="muted">Nothing was written.</p>`}
  </section>`

function logOf(id: string, log: LogView, hasFailed: boolean): Html {
  const { attempt, firstLine, lines, growing, sections } = log
  const view = `${logViewPath(id)}?attempt=${attempt}`
  const isWhole = firstLine === 1
  const numbered = {
    lines: coloured(lines),
    first: firstLine,
    pageOf: isWhole ? () => '' : (line: number) => `${view}&line=${line}`,
  }
  return html`<p class="actions">
      <span class="muted">${extent(log)}</span>
      ${!isWhole && html`<a href="${`${view}&from=${lastWindow(firstLine - 1)}`}">Earlier lines</a>`}
      <a href="${view}">Search in it</a>
      <a href="${logPath(id, attempt)}">Whole log as text</a>
    </p>
    ${hasFailed && !growing && suspects(lines, firstLine)}
    <div
      class="log"
      role="region"
      aria-label="Log of attempt ${attempt}"
      tabindex="0"
      ${growing && stream(id, log)}
    >
      ${growing ? numberedLines(numbered) : foldedLines(numbered, sections)}
    </div>`
}

/** What a reader would look for, which may be far from the end. */
function suspects(lines: readonly string[], first: number): Html | null {
  const found = failingLines(lines.map(readable), first)
  if (found.length === 0) return null
  return html`<div class="suspects">
    <h3>Lines that tell of a failure</h3>
    <ol class="plain lines">
      ${found.map(
        ({ line, text }) =>
          html`<li class="line">
            <a href="#L${line}" data-n="${line}" aria-label="Line ${line}"></a><span>${text}</span>
          </li>`,
      )}
    </ol>
  </div>`
}

/** How much of it is shown; while it grows, nobody can say. */
const extent = ({ attempt, firstLine, lines, size: bytes, growing }: LogView): string =>
  growing
    ? `Attempt ${attempt}, as it is written`
    : `Lines ${firstLine} to ${firstLine + lines.length - 1} of attempt ${attempt}, ${size(bytes)} in all`

const stream = (id: string, { attempt, offset }: LogView): Html =>
  html`data-stream="${executionPath(id, 'live')}" data-attempt="${attempt}" data-after="${attempt}-${offset}"`
