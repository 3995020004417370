/** JSON of strangers. What nests without end means nothing, and takes its parser long: a megabyte of brackets most of a second. Pure. */

/** Deeper than anything that anybody has to say. */
const deepest = 100

const [quote, backslash] = [0x22, 0x5c]
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b])
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** The value that `text` says. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (nestsTooDeep(text)) throw new SyntaxError(`it nests more than ${deepest} deep`)
  return JSON.parse(text)
}

function nestsTooDeep(text: string): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (opening.has(code)) depth += 1
    else if (closing.has(code)) depth -= 1
    if (depth > deepest) return true
  }
  return false
}

/** Where the string that begins at `at` ends, or the text. */
function endOfString(text: string, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const code = text.charCodeAt(next)
    if (code === quote) return next
    if (code === backslash) next += 1
  }
  return text.length
}
