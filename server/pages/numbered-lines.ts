/** Lines of text with numbers that can be linked to; numbers are left out when the text is copied. */
import type { Section } from '../line-index.ts'
import { html, type Fragment, type Html } from './html.ts'

export interface Numbered {
  /** Text, or markup of it. */
  lines: readonly Fragment[]
  /** Number of the first of them. */
  first: number
  /** Where the page that certainly shows a line is, without its fragment; '' where that is this page. */
  pageOf: (line: number) => string
  /** What is pointed at. */
  marked?: LineRange | null
}

/** From the one line to the other, both of them included. */
export interface LineRange {
  from: number
  to: number
}

export const numberedLines = (numbered: Numbered): Html =>
  html`<div class="lines">${manyLines(numbered, 0, numbered.lines.length)}</div>`

/**
 * Lines of a log, each step of the runner in a fold of its own. Open is what a reader came for: the step in which the
 * check ran and those that hold what is pointed at, or all where there is neither.
 */
export function foldedLines(numbered: Numbered, sections: readonly Section[]): Html {
  const { lines, first, marked } = numbered
  const end = first + lines.length
  const here = sections.filter(({ line }) => line >= first && line < end)
  const parts = here.map((section, at) => ({ ...section, end: here[at + 1]?.line ?? end }))
  const isSought = ({ line, title, end }: (typeof parts)[number]): boolean =>
    marked ? marked.from < end && marked.to >= line : /^running /.test(title)
  const openAll = !parts.some(isSought)
  return html`<div class="lines">
    ${manyLines(numbered, 0, (here[0]?.line ?? end) - first)}
    ${parts.map(
      (part) =>
        html`<details class="fold" ${(openAll || isSought(part)) && html`open`}>
          <summary>${part.title} <span class="muted">from line ${part.line}</span></summary>
          ${manyLines(numbered, part.line - first, part.end - first)}
        </details>`,
    )}
  </div>`
}

const manyLines = ({ lines, first, pageOf, marked }: Numbered, start: number, end: number): Html[] =>
  lines.slice(start, end).map((text, at) => {
    const number = first + start + at
    return numberedLine(
      text,
      number,
      pageOf(number),
      Boolean(marked && number >= marked.from && number <= marked.to),
    )
  })

/** Line numbers are no tab stops: a log has hundreds. assets/live.js makes the same. */
const numberedLine = (text: Fragment, number: number, page: string, isMarked: boolean): Html =>
  html`<div class="${isMarked ? 'line marked' : 'line'}" id="L${number}">
    <a href="${page}#L${number}" data-n="${number}" tabindex="-1" aria-label="Line ${number}"></a
    ><span>${text}</span>
  </div>`
