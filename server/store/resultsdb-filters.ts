/** Filters of results, resolved to the numbers that the tables speak of. */
import type { Knex } from 'knex'
import type { DataFilter, ResultFilter } from '../../core/resultsdb/query.ts'
import type { Since } from '../../core/resultsdb/times.ts'
import type { Database } from './database.ts'
import { whereNamed } from './resultsdb-like.ts'
import { indexed } from './resultsdb-values.ts'

/** Numbers that something may have. */
export interface Numbers {
  /** Null: too many to list. */
  ids: number[] | null
  /** Those of them that are the number in `column` of the statement around. */
  all: (column: string) => Knex.QueryBuilder
}

export interface Resolved {
  since: Since
  /** Null: not asked for. */
  outcomes: string[] | null
  testcases: Numbers | null
  groups: Numbers | null
  /** Each key, and the numbers of the pairs that fit. */
  data: { key: string; pairs: Numbers }[]
}

/** More than this are not listed: statements would grow, and what fits so much is not selective. */
const mostListed = 500

/** Resolves `filter`; null where something is asked for that does not exist, so that nothing can match. */
export async function resolve(db: Database, filter: ResultFilter): Promise<Resolved | null> {
  const wanted = {
    testcases: wantedTestcases(db, filter),
    groups: filter.groups.length > 0 ? () => db('result_groups').whereIn('uuid', filter.groups) : null,
    data: filter.data.map((data) => () => wantedPairs(db, data)),
  }
  const selects = [wanted.testcases, wanted.groups, ...wanted.data]
  const numbers = await listNumbers(db, selects)
  if (numbers.some((found) => found?.ids?.length === 0)) return null
  const [testcases = null, groups = null, ...pairs] = numbers
  return {
    since: filter.since,
    outcomes: filter.outcomes.length > 0 ? filter.outcomes : null,
    testcases,
    groups,
    data: filter.data.flatMap(({ key }, at) => (pairs[at] ? [{ key, pairs: pairs[at] }] : [])),
  }
}

type Select = () => Knex.QueryBuilder

/** What each of `selects` finds, in one statement; null for those that are null. */
async function listNumbers(db: Database, selects: readonly (Select | null)[]): Promise<(Numbers | null)[]> {
  const asked = selects.flatMap((select, at) => (select ? [{ select, at }] : []))
  if (asked.length === 0) return selects.map(() => null)
  const parts = asked.map(({ select, at }) =>
    db
      .from(
        select()
          .select('id')
          .limit(mostListed + 1)
          .as('some'),
      )
      .select('id', db.raw(`${at} as place`)),
  )
  const [first, ...others] = parts
  const rows = (await first?.unionAll(others)) as { id: number; place: number }[] | undefined
  const found = new Map<number, number[]>(asked.map(({ at }) => [at, []]))
  for (const { id, place } of rows ?? []) found.get(place)?.push(id)
  return selects.map((select, at) => {
    const ids = found.get(at) ?? []
    const all = (column: string): Knex.QueryBuilder => {
      const query = select?.() ?? db('results')
      return query.select(db.raw('1')).where('id', db.ref(column))
    }
    return select && { ids: ids.length > mostListed ? null : ids, all }
  })
}

function wantedTestcases(db: Database, { testcases, testcasesLike }: ResultFilter): Select | null {
  if (testcases.length + testcasesLike.length === 0) return null
  return () => whereNamed(db, db('testcases'), 'name', { exact: testcases, patterns: testcasesLike })
}

function wantedPairs(db: Database, { key, values, like }: DataFilter): Knex.QueryBuilder {
  const names = like ? { exact: [], patterns: values } : { exact: values.map(indexed), patterns: [] }
  return whereNamed(db, db('data_values').where({ key }), 'value', names)
}
