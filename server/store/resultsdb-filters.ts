/** Filters of results as the tables know them: each by numbers of testcases, groups or data pairs, or by outcomes. */
import type { Knex } from 'knex'
import type { DataFilter, ResultFilter } from '../../core/resultsdb/query.ts'
import type { Since } from '../../core/resultsdb/times.ts'
import type { Database } from './database.ts'
import { whereNamed } from './resultsdb-like.ts'
import { indexed } from './resultsdb-values.ts'

export interface Filter {
  /** Rows that name a result, its time and what it has; all are indexed in this order: what, time, result. */
  table: 'results' | 'result_data' | 'result_group_members'
  column: 'outcome' | 'testcase_id' | 'group_id' | 'value_id'
  /** Of a data pair. */
  key: string | null
  /** Which names are meant; null for outcomes, which have no number. */
  names: Names | null
  /** Exactly one name is meant, and no pattern. */
  isOne: boolean
  /** What `column` may be; null: not listed. */
  values: (number | string)[] | null
}

/** A table of names with numbers, and which of them are meant. */
interface Names {
  table: 'data_values' | 'result_groups' | 'testcases'
  /** Numbers of those that are meant. */
  select: () => Knex.QueryBuilder
  hasPatterns: boolean
}

/** The filters of `asked`, as yet without their numbers. */
export function filtersOf(db: Database, asked: ResultFilter): Filter[] {
  const filters = asked.data.map((data) => ofData(db, data))
  const { groups, testcases, testcasesLike: patterns, outcomes } = asked
  if (groups.length > 0)
    filters.push({
      ...{ table: 'result_group_members', column: 'group_id', key: null, values: null },
      names: {
        table: 'result_groups',
        select: () => db('result_groups').select('id').whereIn('uuid', groups),
        hasPatterns: false,
      },
      isOne: groups.length === 1,
    })
  if (testcases.length + patterns.length > 0)
    filters.push({
      ...{ table: 'results', column: 'testcase_id', key: null, values: null },
      names: {
        table: 'testcases',
        select: () => whereNamed(db, db('testcases').select('id'), 'name', { exact: testcases, patterns }),
        hasPatterns: patterns.length > 0,
      },
      isOne: testcases.length === 1 && patterns.length === 0,
    })
  if (outcomes.length > 0)
    filters.push({
      ...{ table: 'results', column: 'outcome', key: null, names: null },
      ...{ values: outcomes, isOne: outcomes.length === 1 },
    })
  return filters
}

function ofData(db: Database, { key, values, like }: DataFilter): Filter {
  const meant = like ? { exact: [], patterns: values } : { exact: values.map(indexed), patterns: [] }
  return {
    ...{ table: 'result_data', column: 'value_id', key, values: null },
    names: {
      table: 'data_values',
      select: () => whereNamed(db, db('data_values').select('id').where({ key }), 'value', meant),
      hasPatterns: like,
    },
    isOne: !like && values.length === 1,
  }
}

/** A filter with its numbers, and how many rows fit, counted up to a bound. */
export interface Counted {
  filter: Filter
  rows: number
}

/** More numbers than this are not listed: statements would grow, and what fits so much is not selective. */
const mostListed = 500
/** How far the rows of one name are counted where a pattern may mean many. */
const countedOfPattern = 100

/**
 * Lists the numbers of every filter and counts their rows up to `few`, in one statement. Null where a name is meant that
 * does not exist, so that nothing can fit.
 */
export async function countFilters(
  db: Database,
  filters: readonly Filter[],
  { since, few }: { since: Since; few: number },
): Promise<Counted[] | null> {
  if (filters.length === 0) return []
  const [first, ...others] = filters.map((filter, at) => listed(db, filter, at, { since, few }))
  const rows = (await first?.unionAll(others)) as {
    place: number
    id: number | null
    found: number | string
  }[]
  const counted = filters.map((filter, at) => {
    const own = rows
      .filter(({ place }) => place === at)
      .map(({ id, found }) => ({ id, found: Number(found) }))
    const bound = filter.names?.hasPatterns ? countedOfPattern : few
    const isMany = own.length > mostListed || own.some(({ found }) => found >= bound)
    const sum = own.reduce((total, { found }) => total + found, 0)
    const ids = own.length > mostListed ? null : own.flatMap(({ id }) => (id === null ? [] : [id]))
    return { filter: { ...filter, values: filter.values ?? ids }, rows: isMany ? few : Math.min(sum, few) }
  })
  return counted.some(({ filter }) => filter.values?.length === 0) ? null : counted
}

function listed(
  db: Database,
  { table, column, names, values }: Filter,
  at: number,
  { since, few }: { since: Since; few: number },
): Knex.QueryBuilder {
  const rows = within(db(table).select(db.raw('1')), table, since)
  if (!names) {
    const some = rows.whereIn(column, values ?? []).limit(few)
    return db.from(some.as('some')).select(db.raw(`${at} as place, null as id, count(*) as found`))
  }
  void rows
    .whereRaw('?? = ??', [`${table}.${column}`, `${names.table}.id`])
    .limit(names.hasPatterns ? countedOfPattern : few)
  const listing = names
    .select()
    .select(db.raw(`${at} as place`), db.from(rows.as('some')).count().as('found'))
    .limit(mostListed + 1)
  return db.from(listing.as('listed')).select('place', 'id', 'found')
}

/** Narrows `query` on `table` to results of the time asked for. */
export function within(query: Knex.QueryBuilder, table: string, { start, end }: Since): Knex.QueryBuilder {
  if (start !== null) void query.where(`${table}.submit_time`, '>=', start)
  if (end !== null) void query.where(`${table}.submit_time`, '<=', end)
  return query
}

/** Narrows `query` to rows whose `column` is one of what `filter` means. */
export function whereMeant(query: Knex.QueryBuilder, column: string, filter: Filter): Knex.QueryBuilder {
  const { names, values, isOne } = filter
  if (values) return values.length === 1 ? query.where(column, values[0] ?? 0) : query.whereIn(column, values)
  if (!names) return query
  if (isOne) return query.whereRaw('?? = (?)', [column, names.select()])
  if (!names.hasPatterns) return query.whereIn(column, names.select())
  return whereFound(query, names.select().whereRaw('?? = ??', [`${names.table}.id`, column]))
}

/**
 * Narrows `query` to rows for which `sub` finds something. As EXISTS it would become a join: PostgreSQL may then lead with
 * it, and SQLite (3.51, 3.52) counts a row once for each match when it skips rows by OFFSET.
 */
export const whereFound = (query: Knex.QueryBuilder, sub: Knex.QueryBuilder): Knex.QueryBuilder =>
  query.whereRaw('(?) is not null', [sub.limit(1)])
