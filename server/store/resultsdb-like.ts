/** Patterns as ResultsDB understands them: `*` for any text, and what SQL's LIKE knows (`%`, `_`, `\` before either). */
import type { Knex } from 'knex'
import type { Database } from './database.ts'
import { isPostgres } from './dialect.ts'

/** A character that stands for itself, or a wildcard: `%` for any text, `_` for any one character. */
type Part = { literal: string } | { wildcard: '%' | '_' }

function partsOf(pattern: string): Part[] {
  const parts: Part[] = []
  const chars = Array.from(pattern)
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? ''
    if (char === '\\' && at + 1 < chars.length) parts.push({ literal: chars[(at += 1)] ?? '' })
    else if (char === '*' || char === '%') {
      const before = parts.at(-1)
      if (!before || !('wildcard' in before) || before.wildcard !== '%') parts.push({ wildcard: '%' })
    } else parts.push(char === '_' ? { wildcard: '_' } : { literal: char })
  }
  return parts
}

const toLike = (parts: readonly Part[]): string =>
  parts.map((part) => ('wildcard' in part ? part.wildcard : part.literal.replace(/[\\%_]/, '\\$&'))).join('')

/** SQLite's LIKE takes no notice of case, its GLOB does. */
const toGlob = (parts: readonly Part[]): string =>
  parts
    .map((part) =>
      'wildcard' in part ? (part.wildcard === '%' ? '*' : '?') : part.literal.replace(/[*?[]/, '[$&]'),
    )
    .join('')

function beginningOf(parts: readonly Part[]): string {
  const end = parts.findIndex((part) => 'wildcard' in part)
  return (end === -1 ? parts : parts.slice(0, end))
    .map((part) => ('literal' in part ? part.literal : ''))
    .join('')
}

/** What an index of the beginnings of longer texts holds. */
export const labelLength = 200

/**
 * Narrows `query` to rows whose `column` fits `pattern`. A beginning without wildcards is looked up in the index of
 * `column`, or of `label`, which holds the beginnings of its texts.
 */
export function whereLike<Q extends Knex.QueryBuilder>(
  db: Database,
  query: Q,
  { column, label = column }: { column: string; label?: string },
  pattern: string,
): Q {
  const parts = partsOf(pattern)
  const whole = beginningOf(parts)
  const beginning = label === column ? whole : whole.slice(0, labelLength)
  if (parts.every((part) => 'literal' in part)) void query.where(column, whole)
  else
    void query.whereRaw(isPostgres(db) ? '?? like ?' : '?? glob ?', [
      column,
      isPostgres(db) ? toLike(parts) : toGlob(parts),
    ])
  if (beginning !== '') void query.where(label, '>=', beginning).where(label, '<', `${beginning}\u{10ffff}`)
  return query
}

/** Narrows `query` to rows whose `column` is one of `exact` or fits one of `patterns`. */
export function whereNamed<Q extends Knex.QueryBuilder>(
  db: Database,
  query: Q,
  column: string,
  { exact, patterns }: { exact: readonly string[]; patterns: readonly string[] },
): Q {
  return query.where((either) => {
    if (exact.length > 0) void either.whereIn(column, exact)
    for (const pattern of patterns) void either.orWhere((one) => void whereLike(db, one, { column }, pattern))
  }) as Q
}
