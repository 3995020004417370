/** Lines of text with numbers that can be linked to; numbers are left out when the text is copied. */
import { html, type Html } from './html.ts'

export interface Numbered {
  lines: readonly string[]
  /** Number of the first of them. */
  first: number
  /** Where the page that certainly shows a line is, without its fragment; '' where that is this page. */
  pageOf: (line: number) => string
}

export const numberedLines = ({ lines, first, pageOf }: Numbered): Html =>
  html`<div class="lines">
    ${lines.map((text, at) => numberedLine(text, first + at, pageOf(first + at)))}
  </div>`

/** Line numbers are no tab stops: a log has hundreds. assets/live.js makes the same. */
const numberedLine = (text: string, number: number, page: string): Html =>
  html`<div class="line" id="L${number}">
    <a href="${page}#L${number}" data-n="${number}" tabindex="-1" aria-label="Line ${number}"></a
    ><span>${text}</span>
  </div>`
