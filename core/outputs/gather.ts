/** Gathers the results that a report in a foreign format holds: names made ours, everything bounded. Pure. */
import type { CheckResult } from '../../schemas/types.gen.ts'
import { withoutEnd } from '../ends.ts'
import type { ParsedResults } from './results.ts'

const most = { results: 5000, name: 200, note: 2000, data: 50, value: 8192, notes: 10 }

export interface Found {
  /** From the outermost suite to the test itself, as its writer calls them. */
  path: readonly string[]
  outcome: CheckResult['outcome']
  note?: string | null
  artifact?: string
  data?: Readonly<Record<string, string>>
}

export type Gatherer = ReturnType<typeof gatherer>

export function gatherer() {
  const results: CheckResult[] = []
  const notes: string[] = []
  const taken = new Map<string, number>()
  return {
    add({ path, outcome, note, artifact, data = {} }: Found): void {
      if (results.length === most.results) return
      const fields = Object.entries(data)
        .filter(([key, value]) => /^[A-Za-z0-9_.-]{1,64}$/.test(key) && value !== '')
        .slice(0, most.data)
        .map(([key, value]) => [key, value.slice(0, most.value)])
      results.push({
        name: unique(nameOf(path), taken),
        outcome,
        ...(note && { note: note.slice(0, most.note) }),
        ...(artifact && { artifact: artifact.slice(0, 1024) }),
        ...(fields.length > 0 && { data: Object.fromEntries(fields) as Record<string, string> }),
      })
      if (results.length === most.results) notes.push(`Only the first ${most.results} results were kept.`)
    },
    note(text: string): void {
      if (notes.length < most.notes) notes.push(text.slice(0, 500))
    },
    isFull: () => results.length === most.results,
    count: () => results.length,
    gathered: (): ParsedResults => ({ results, notes }),
  }
}

/** What a testcase may be called: what nobody can write in an address becomes a hyphen. */
function nameOf(path: readonly string[]): string {
  const parts = path.map((part) =>
    withoutEnd(
      part
        .slice(0, 1000)
        .replaceAll(/[^A-Za-z0-9._/+:-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, ''),
      '-',
    ),
  )
  return parts.filter(Boolean).join('/').slice(0, most.name) || 'unnamed'
}

/** Of several tests with one name the second is called NAME-2. */
function unique(name: string, taken: Map<string, number>): string {
  let count = (taken.get(name) ?? 0) + 1
  const own = (): string => (count === 1 ? name : `${name.slice(0, most.name - 6)}-${count}`)
  while (count > 1 && taken.has(own())) count++
  taken.set(name, count)
  if (count > 1) taken.set(own(), 1)
  return own()
}
