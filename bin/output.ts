/** What commands print: JSON for programs, tables for people. */
import { styleText } from 'node:util'
import { neutral } from './neutral-text.ts'

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2))

export const print = (text: string): void => write(text, process.stdout)

/** Progress and asides: never mixed with what a program may read. */
export const say = (text: string): void => write(text, process.stderr)

/** Much of what is told was written by strangers. */
const write = (text: string, stream: NodeJS.WriteStream): void =>
  void stream.write(`${stream.isTTY ? neutral(text) : text}\n`)

export const printInColour = (text: string): void => print(coloured(text, process.stdout))
export const sayInColour = (text: string): void => say(coloured(text, process.stderr))

/** As git colours what a server says. */
const colours: Record<'error' | 'warning' | 'hint', Parameters<typeof styleText>[0]> = {
  error: ['bold', 'red'],
  warning: ['bold', 'yellow'],
  hint: 'yellow',
}

/** Words at the beginning of lines, in colour where `stream` is a terminal whose user wants it (NO_COLOR, FORCE_COLOR). */
function coloured(text: string, stream: NodeJS.WriteStream): string {
  if (!stream.isTTY || !stream.hasColors()) return text
  return text.replaceAll(
    /^( *)(error|warning|hint)(?=:)/gm,
    (_, indent: string, word: keyof typeof colours) =>
      indent + styleText(colours[word], word, { validateStream: false }),
  )
}

/** Columns as wide as they must be; what came from strangers cannot move the cursor. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, ...rows].map((row) => row.map(plain))
  const widths = head.map((_, at) => Math.max(...lines.map((row) => row[at]?.length ?? 0)))
  for (const row of lines)
    print(
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
}

/** Text on one line without control characters. */
export const plain = (text: string): string => text.replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
