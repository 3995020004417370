/**
 * Patterns as Python's `re` writes them, which is what fmf is full of. Whoever pushes writes them, and they are matched in
 * the server: so in a bounded number of steps, where JavaScript's own could be made to run for years.
 */
import type { Run } from './matchers.ts'
import { parsePattern } from './pattern-parser.ts'

/** What cannot be read as a pattern, or takes longer to match than anybody waits. Its message says which. */
export class BadPattern extends Error {}

export interface Patterns {
  /** Whether `source` matches somewhere in `text`. Throws BadPattern. */
  search: (source: string, text: string) => boolean
  /** Whether `source` matches the whole `text`. Throws BadPattern. */
  matches: (source: string, text: string) => boolean
  /** `text` with every match replaced; `\1` and `\g<name>` in `replacement` are groups. Throws BadPattern. */
  replace: (source: string, replacement: string, text: string) => string
}

const most = { steps: 20_000_000, source: 2_000, text: 10_000 }

/** A reader of patterns with `steps` for all that is asked of it. */
export function patterns(steps: number = most.steps): Patterns {
  const budget = { left: steps }
  const known = new Map<string, ReturnType<typeof compile>>()
  const compiled = (source: string): ReturnType<typeof compile> => {
    const pattern = known.get(source) ?? compile(source)
    known.set(source, pattern)
    return pattern
  }
  const first = (source: string, text: string, from = 0): Found | null =>
    find(compiled(source), text, from, budget)
  return {
    // Most patterns are plain words.
    search: (source, text) => (isPlain(source) ? text.includes(source) : first(source, text) !== null),
    matches: (source, text) => (isPlain(source) ? text === source : first(`^(?:${source})$`, text) !== null),
    replace(source, replacement, text) {
      let done = ''
      let at = 0
      for (let found = first(source, text); found; found = first(source, text, at)) {
        done += text.slice(at, found.start) + filled(replacement, found, compiled(source).names)
        if (done.length > most.text) throw new BadPattern('makes a text that is too long')
        // Of nothing at all that was found the next letter is passed over.
        if (found.end === found.start) done += text.slice(found.end, found.end + 1)
        at = Math.max(found.end, found.start + 1)
        if (at > text.length) break
      }
      return done + text.slice(at)
    },
  }
}

const isPlain = (source: string): boolean => /^[\w/ -]*$/.test(source)

interface Found {
  start: number
  end: number
  /** The whole match first. */
  groups: (string | undefined)[]
}

function compile(source: string) {
  if (source.length > most.source) throw new BadPattern(`is a pattern of more than ${most.source} characters`)
  const parsed = parsePattern(source)
  if ('wrong' in parsed) throw new BadPattern(`is not a pattern that can be read: ${parsed.wrong}`)
  return { ...parsed, isAnchored: source.startsWith('^') && !source.includes('|') }
}

function find(
  { match, ignoreCase, groups, isAnchored }: ReturnType<typeof compile>,
  whole: string,
  from: number,
  budget: { left: number },
): Found | null {
  const said = whole.slice(0, most.text)
  const text = ignoreCase ? said.toLowerCase() : said
  try {
    for (let start = from; start <= (isAnchored ? 0 : text.length); start++) {
      const run: Run = { text, spans: new Array<[number, number] | undefined>(groups + 1), budget, depth: 0 }
      let end = -1
      if (match(run, start, (at) => ((end = at), true))) {
        const captured = run.spans.map((span) => span && said.slice(...span))
        captured[0] = said.slice(start, end)
        return { start, end, groups: captured }
      }
    }
    return null
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new BadPattern('is a pattern that takes too long to match')
  }
}

/** The replacement with its groups filled in. */
const filled = (replacement: string, { groups }: Found, names: ReadonlyMap<string, number>): string =>
  replacement.replace(
    /\\(?:g<([^>]{1,50})>|(\d{1,2})|(.))/gs,
    (...[, named, number, other]: (string | undefined)[]) => {
      if (other !== undefined) return letters[other] ?? other
      const at = number ?? named ?? ''
      return groups[/^\d+$/.test(at) ? Number(at) : (names.get(at) ?? -1)] ?? ''
    },
  )

const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t' }
