/** What a check wrote, as one reads it: a terminal's control sequences are carried out or dropped, never passed on. */

/** CSI (colours, cursor), OSC and other strings (titles, links), and two-character escapes, as ECMA-48 names them. */
const sequences = new RegExp(
  [
    String.raw`\u001b\[[0-?]{0,64}[ -/]{0,8}[@-~]`,
    String.raw`\u001b[\]PX^_][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)?`,
    String.raw`\u001b[ -/]{0,8}[0-~]`,
    String.raw`\u009b[0-?]{0,64}[ -/]{0,8}[@-~]`,
  ].join('|'),
  'g',
)

/** Characters of a line that a page shows; the whole log has the rest. */
const longest = 2000

/** One line of output, without its newline: after a carriage return the line begins anew, as on a terminal. */
export function readable(line: string): string {
  const begun = line.replace(/\r+$/, '')
  const seen = begun.slice(begun.lastIndexOf('\r') + 1).replace(sequences, '')
  return seen.length <= longest
    ? seen
    : `${seen.slice(0, longest)} … (${seen.length - longest} more characters in the whole log)`
}
