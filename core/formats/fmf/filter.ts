/** fmf's filters: `tag: smoke & tier: 1, 2 | component: -kernel`, matched against the values of a node. Pure. */
import { BadPattern, type Patterns } from './pattern.ts'

/** A filter that cannot be read. */
export class BadFilter extends Error {}

/** The value of a key of a node; undefined: it has none. */
export type Lookup = (key: string) => unknown

/**
 * A test of nodes: one of the parts of `filter` between | matches, which it does when all between & do. Throws BadFilter,
 * as does the test itself for a pattern that cannot be matched.
 */
export function readFilter(filter: string, patterns: Patterns): (lookup: Lookup) => boolean {
  const clauses = split(filter, '|').map((clause) => split(clause, '&').map((text) => readLiteral(text)))
  return (lookup) => {
    try {
      return clauses.some((literals) => literals.every((literal) => matches(literal, lookup, patterns)))
    } catch (error) {
      if (error instanceof BadPattern) throw new BadFilter(`holds what ${error.message}`)
      throw error
    }
  }
}

interface Literal {
  key: string
  /** Any of them will do. */
  values: { pattern: string; isUnwanted: boolean }[]
}

/** At `separator`, unless a backslash stands before it. */
const split = (text: string, separator: string): string[] =>
  text
    .split(new RegExp(`(?<!\\\\)\\${separator}`))
    .map((part) => part.replaceAll(`\\${separator}`, separator).trim())

function readLiteral(text: string): Literal {
  const colon = text.lastIndexOf(':')
  const key = text.slice(0, colon).trim()
  if (colon < 0 || key === '') throw new BadFilter(`has ${JSON.stringify(text)} where key: value is due`)
  const values = text
    .slice(colon + 1)
    .split(',')
    .map((value) => value.trim())
    .map((value) => ({ pattern: value.replace(/^-/, ''), isUnwanted: value.startsWith('-') }))
  return { key, values }
}

function matches({ key, values }: Literal, lookup: Lookup, patterns: Patterns): boolean {
  const value = lookup(key)
  // Of a key that the node does not have nothing is known, not even that a value is missing.
  if (value === undefined) return false
  const known = asTexts(value)
  return values.some(
    ({ pattern, isUnwanted }) => known.some((value) => patterns.matches(pattern, value)) !== isUnwanted,
  )
}

const asTexts = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).map((item) =>
    typeof item === 'string' ? item : JSON.stringify(item),
  )
