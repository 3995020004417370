/** What commands print: JSON for programs, tables for people. */

export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2))

export const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** Progress and asides: never mixed with what a program may read. */
export const say = (text: string): void => void process.stderr.write(`${text}\n`)

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
