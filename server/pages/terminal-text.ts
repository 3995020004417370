/** What a check wrote, as one reads it: a terminal's control sequences are carried out or dropped, never passed on. */
import { html, type Html } from './html.ts'
import { changed, classesOf, ordinary, type Rendition } from './rendition.ts'

/** CSI (colours, cursor), OSC and other strings (titles, links), and two-character escapes, as ECMA-48 names them. */
const sequences = new RegExp(
  [
    String.raw`(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]`,
    String.raw`\u001b[\]PX^_][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?`,
    String.raw`\u001b[ -/]{0,8}[0-~]`,
  ].join('|'),
  'g',
)

/** The parameters of a sequence that changes how text looks. */
const rendition = new RegExp(String.raw`^(?:\u001b\[|\u009b)([\d;:]*)m$`)

/** Characters of a line that a page shows; the whole log has the rest. */
const longest = 2000

/** One line of output, without its newline: after a carriage return the line begins anew, as on a terminal. */
export function plain(line: string): string {
  const begun = withoutReturns(line)
  return begun.slice(begun.lastIndexOf('\r') + 1).replace(sequences, '')
}

/** Without carriage returns at its end: a pattern for them would look again from each one in its middle. */
function withoutReturns(line: string): string {
  let end = line.length
  while (end > 0 && line[end - 1] === '\r') end -= 1
  return line.slice(0, end)
}

/** One line as text, no longer than a page shows. */
export function readable(line: string): string {
  const seen = plain(line)
  return seen.length <= longest ? seen : `${seen.slice(0, longest)} ${more(seen.length - longest)}`
}

/** Lines as markup in the colours that they were written in; a colour lasts until another, beyond the end of its line. */
export function coloured(lines: readonly string[]): Html[] {
  let look = ordinary
  return lines.map((line) => {
    const { pieces, after } = drawn(line, look)
    look = after
    return html`${pieces}`
  })
}

/** One line, drawn as a terminal that draws with `look` would. */
function drawn(line: string, look: Rendition): { pieces: Html[]; after: Rendition } {
  const begun = withoutReturns(line)
  const seen = begun.lastIndexOf('\r') + 1
  const pieces: Html[] = []
  let [after, at, left] = [look, 0, longest]
  const draw = (end: number): void => {
    const text = begun.slice(Math.max(at, seen), end)
    if (text !== '' && left > 0) pieces.push(piece(text.slice(0, left), after))
    left -= text.length
  }
  for (const { 0: sequence, index } of begun.matchAll(sequences)) {
    draw(index)
    after = changed(after, rendition.exec(sequence)?.[1])
    at = index + sequence.length
  }
  draw(begun.length)
  if (left < 0) pieces.push(html` ${more(-left)}`)
  return { pieces, after }
}

const more = (characters: number): string => `… (${characters} more characters in the whole log)`

function piece(text: string, look: Rendition): Html {
  const classes = classesOf(look)
  return classes === '' ? html`${text}` : html`<span class="${classes}">${text}</span>`
}
