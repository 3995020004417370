/** A text of any size as a part of a page: some of its numbered lines, ways to the others, and a search. */
import { beginnings } from '../../core/log-marks.ts'
import type { Found } from './find-lines.ts'
import { html, type Html } from './html.ts'
import { logLimits } from '../log-part.ts'
import { counted } from './marks.ts'
import { size } from './moment.ts'
import { foldedLines } from './numbered-lines.ts'
import { lastWindow, type TextView } from './read-text.ts'
import { coloured } from './terminal-text.ts'

/** An address of this page with other parameters. */
type PageWith = (parameters: Record<string, string | number>) => string

/** `address`: path and parameters of the page, without what this part adds to them. */
export function textSection(title: string, { path, parameters }: TextAddress, view: TextView): Html {
  const at: PageWith = (more) => `${path}?${query({ ...parameters, ...more })}`
  return html`<section aria-labelledby="text">
    <h2 id="text">
      ${title} <span class="muted">${counted(view.total, 'line')}, ${size(view.part.size)}</span>
    </h2>
    ${tools(path, parameters, view.found)}
    ${view.found ? foundPart(view.found, at) : linesPart(title, view, at)}
  </section>`
}

export interface TextAddress {
  path: string
  parameters: Readonly<Record<string, string | number>>
}

const query = (parameters: Record<string, string | number>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')

const tools = (path: string, parameters: TextAddress['parameters'], found: Found | null): Html =>
  html`<div class="tools">
    <form action="${path}" method="get" role="search" aria-label="Find in this text">
      ${hidden(parameters)}
      <input
        type="search"
        name="find"
        value="${found?.words}"
        aria-label="Words to find"
        placeholder="Words to find"
        maxlength="200"
        required
        autocomplete="off"
        spellcheck="false"
      />
      <button>Find</button>
    </form>
    <form action="${path}" method="get" aria-label="Go to a line">
      ${hidden(parameters)}
      <input
        class="brief"
        name="line"
        aria-label="Line, or lines such as 10-20"
        placeholder="Line or 10-20"
        pattern="[1-9][0-9]{0,8}(-[1-9][0-9]{0,8})?"
        required
        autocomplete="off"
        inputmode="numeric"
      />
      <button>Go to line</button>
    </form>
  </div>`

const hidden = (parameters: TextAddress['parameters']): Html[] =>
  Object.entries(parameters).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  )

function foundPart({ words, hits, next }: Found, at: PageWith): Html {
  const more = next === null ? null : at({ find: words, from: next })
  return html`<p class="actions">
      <span role="status"
        >${counted(hits.length, 'line')} with
        “<bdi>${words}</bdi>”${next !== null && ` before line ${next}`}</span
      >
      ${more && html`<a href="${more}">Search on from line ${next}</a>`}
      <a href="${at({})}">All lines</a>
    </p>
    ${
      hits.length > 0 &&
      html`<div class="log whole" role="region" aria-label="Lines that were found" tabindex="0">
        <ol class="plain lines">
          ${hits.map(
            ({ line, text }) =>
              html`<li class="line">
                <a href="${at({ line })}#L${line}" data-n="${line}" aria-label="Line ${line}"></a
                ><span>${emphasised(text, words)}</span>
              </li>`,
          )}
        </ol>
      </div>`
    }`
}

/** `text` with the first occurrence of `words` in it marked. */
function emphasised(text: string, words: string): Html {
  const at = text.toLowerCase().indexOf(words.toLowerCase())
  const end = at + words.length
  return at < 0
    ? html`${text}`
    : html`${text.slice(0, at)}<mark>${text.slice(at, end)}</mark>${text.slice(end)}`
}

function linesPart(title: string, view: TextView, at: PageWith): Html {
  const { part, total, sections, marked } = view
  if (total === 0) return html`<p class="muted">Nothing was written.</p>`
  const isWhole = part.firstLine === 1 && part.lines.length === total
  const lines = coloured(part.lines)
  const pageOf = (line: number): string => (isWhole ? '' : at({ line }))
  return html`${sections.length > 1 && contents(view, at)} ${!isWhole && ways(view, at)}
    <div class="log whole" role="region" aria-label="${title}" tabindex="0">
      ${foldedLines({ lines, first: part.firstLine, pageOf, marked }, sections)}
    </div>
    ${!isWhole && ways(view, at)}`
}

/** Where each step of the runner begins. */
const contents = ({ sections }: TextView, at: PageWith): Html =>
  html`<nav aria-label="Steps in this log">
    <ul class="plain actions">
      ${sections.map(
        ({ line, title }) =>
          html`<li>
            <a href="${at({ line })}#L${line}"
              >${title.startsWith(beginnings.running) ? html`<strong>${title}</strong>` : title}</a
            >
          </li>`,
      )}
    </ul>
  </nav>`

/** To the lines before and behind those that are shown. */
function ways({ part: { firstLine, lines }, total }: TextView, at: PageWith): Html {
  const last = firstLine + lines.length - 1
  const end = lastWindow(total)
  return html`<p class="actions">
    <span class="muted">Lines ${firstLine} to ${last} of ${total}</span>
    ${firstLine > 1 && html`<a href="${at({ from: 1 })}">First lines</a>`}
    ${firstLine > 1 && html`<a href="${at({ from: Math.max(1, firstLine - logLimits.lines) })}">Earlier lines</a>`}
    ${last < total && html`<a href="${at({ from: last + 1 })}">Later lines</a>`}
    ${last < total && html`<a href="${at({ from: end })}">Last lines</a>`}
  </p>`
}
