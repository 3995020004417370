/** Debian's control files: stanzas of fields, with the place of each. Pure. */
import type { Fault } from '../check.ts'

export interface Field {
  /** As it is written. */
  name: string
  /** Without comments; the lines of a longer one are joined by newlines. */
  value: string
  line: number
  column: number
}

/** Fields by their names in lower case. */
export type Stanza = ReadonlyMap<string, Field>

/** More mistakes in one file nobody reads: others of it are not even put into words. */
const mostFaults = 100

/** Every stanza of `text`, and what is no field. */
export function readDeb822(text: string): { stanzas: Stanza[]; faults: Omit<Fault, 'file'>[] } {
  const stanzas: Stanza[] = []
  const faults: Omit<Fault, 'file'>[] = []
  let stanza = new Map<string, Field>()
  let last: Field | null = null
  const close = (): void => {
    if (stanza.size > 0) stanzas.push(stanza)
    stanza = new Map()
    last = null
  }
  for (const [at, line] of text
    .replace(/^\u{FEFF}/u, '')
    .split(/\r?\n/)
    .entries()) {
    if (/^\s*#/.test(line)) continue
    if (line.trim() === '') {
      close()
      continue
    }
    const start = /^([^\s:]+)[ \t]*:[ \t]*/.exec(line)
    if (start) {
      const [head, name = ''] = start
      last = { name, value: line.slice(head.length).trimEnd(), line: at + 1, column: head.length + 1 }
      const key = name.toLowerCase()
      if (!stanza.has(key)) stanza.set(key, last)
      else if (faults.length < mostFaults)
        faults.push({
          ...{ line: at + 1, column: 1, message: `field ${name} is here twice in one stanza` },
          mend: 'remove one of the two, or set the stanzas apart by an empty line',
        })
    } else if (/^[ \t]/.test(line) && last) last.value += `\n${line.trim()}`
    else if (faults.length < mostFaults)
      faults.push({
        ...{ line: at + 1, column: 1, message: 'is neither a field nor the rest of one' },
        mend: 'write a field such as Tests: smoke, and indent its further lines',
      })
  }
  close()
  return { stanzas, faults }
}
