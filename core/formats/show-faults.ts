/**
 * Faults as text for a terminal: where, what, the line itself with a caret below, and the mend. git colours some words at the
 * beginning of what a server says (error, warning, hint, success): what we say begins with them.
 */
import type { Fault } from '../check.ts'

/** More than this many are counted, not shown. */
const shown = 50
const width = 100

/** One block of lines per fault; `text` is the file's, or null where there is none to quote. */
export function showFaults(faults: readonly Fault[], text: string | null): string {
  const lines = text?.split(/\r\n|\r|\n/) ?? []
  const blocks = faults.slice(0, shown).map((fault) => showFault(fault, lines[fault.line - 1] ?? null))
  if (faults.length > shown) blocks.push(`and ${faults.length - shown} more`)
  return blocks.join('\n\n')
}

/** The faults of several files under a line for each. */
export function showFaultsOf(faults: readonly Fault[], texts: ReadonlyMap<string, string>): string {
  const files = [...new Set(faults.map(({ file }) => file))]
  const blocks = files.map((file) => {
    const own = faults.filter((fault) => fault.file === file)
    const count = own.length === 1 ? 'a mistake' : `${own.length} mistakes`
    return `${printable(file)} has ${count}:\n\n${showFaults(own, texts.get(file) ?? null)}`
  })
  return blocks.join('\n\n')
}

function showFault({ file, line, column, message, mend }: Fault, source: string | null): string {
  const quoted = source === null || source.trim() === '' ? [] : quote(source, line, column)
  return [
    `${printable(file)}:${line}:${column}: ${printable(message)}`,
    ...quoted,
    ...(mend === undefined ? [] : [`  hint: ${printable(mend)}`]),
  ].join('\n')
}

/** The line, or the part of it around `column`. */
function quote(source: string, line: number, column: number): string[] {
  const at = column - 1
  const from = at < width ? 0 : at - width / 2
  const before = printable(source.slice(from, at))
  const part = before + printable(source.slice(at, from + width))
  const number = String(line)
  return [
    `  ${number} | ${part}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(Array.from(before).length)}^`,
  ]
}

/** Without what a terminal would obey: a file's text is quoted, not trusted. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => (character === '\t' ? ' ' : '\u{FFFD}'))
