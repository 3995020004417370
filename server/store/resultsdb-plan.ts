/**
 * How matching results are found, newest or oldest first: one filter leads through an index that is ordered by time, the
 * others are checked row by row. Which one leads is decided by a bounded count, the same way on every database: a planner
 * that knows only averages walks a whole table for a rare combination.
 */
import type { Knex } from 'knex'
import type { Since } from '../../core/resultsdb/times.ts'
import type { Database } from './database.ts'
import type { Numbers, Resolved } from './resultsdb-filters.ts'

type Table = 'results' | 'result_data' | 'result_group_members'

/** Rows that share values of a column, each with the time of its result. */
export interface Source {
  table: Table
  /** Null: all. */
  column: string | null
  values: readonly (number | string)[]
}

interface Filter {
  /** Null: too many values to list. */
  source: Source | null
  /** Narrows `query`; `found`: the columns of its results' times and ids. */
  check: (query: Knex.QueryBuilder, found: { time: string; id: string }) => void
  /** What it checks is in the table of results. */
  needsResult: boolean
}

export interface Plan {
  source: Source
  checks: readonly Filter[]
  since: Since
  /** Its rows are many and must be checked one by one: look at the nearest first, and not for ever. */
  walk: boolean
}

export type Order = 'asc' | 'desc'

/** How much a query may look at. */
export interface Bounds {
  /** What matches less often than this is looked up whole and sorted. */
  few: number
  /** How far a walk goes before it gives up. */
  walked: number
  /** Of how many matching results the newest are chosen. */
  matching: number
  /** How many of them may be the newest of something. */
  latest: number
}

export const bounds: Bounds = { few: 2000, walked: 200_000, matching: 20_000, latest: 10_000 }

export const idColumn = ({ table }: Source): string => (table === 'results' ? 'id' : 'result_id')

export async function makePlan(db: Database, wanted: Resolved, { few }: Bounds): Promise<Plan> {
  const { since } = wanted
  const filters = filtersOf(db, wanted)
  const leaders = filters.flatMap((filter) => (filter.source ? [{ filter, source: filter.source }] : []))
  const led = (leader: (typeof leaders)[number] | undefined): Pick<Plan, 'source' | 'checks' | 'since'> => ({
    source: leader?.source ?? everything,
    checks: filters.filter((filter) => filter !== leader?.filter),
    since,
  })
  const ordered = leaders.find(({ source }) => source.values.length === 1)
  if (filters.length === 0 || (filters.length === 1 && ordered)) return { ...led(ordered), walk: false }
  const sources = leaders.map(({ source }) => source)
  const counts = await countSome(db, sources, { since, few })
  const fewest = Math.min(...counts)
  return fewest < few
    ? { ...led(leaders[counts.indexOf(fewest)]), walk: false }
    : { ...led(ordered), walk: true }
}

const everything: Source = { table: 'results', column: null, values: [] }

function filtersOf(db: Database, { outcomes, testcases, groups, data }: Resolved): Filter[] {
  const filters = data.map(({ pairs }) => linked(db, pairs, 'result_data', 'value_id'))
  if (groups) filters.push(linked(db, groups, 'result_group_members', 'group_id'))
  if (testcases) filters.push(ofResult('testcase_id', testcases.ids, testcases.all))
  if (outcomes) filters.push(ofResult('outcome', outcomes, null))
  return filters
}

/** A filter on a table that says which results have something. */
function linked(db: Database, { ids, all }: Numbers, table: Table, column: string): Filter {
  return {
    source: ids && { table, column, values: ids },
    needsResult: false,
    check: (query, found) => {
      const link = db(`${table} as link`).whereRaw('link.result_id = ??', [found.id])
      if (ids) void link.whereRaw('link.submit_time = ??', [found.time]).whereIn(`link.${column}`, ids)
      else whereFound(link, all(`link.${column}`))
      whereFound(query, link.select(db.raw('1')))
    },
  }
}

function ofResult(
  column: string,
  values: readonly (number | string)[] | null,
  all: Numbers['all'] | null,
): Filter {
  return {
    source: values && { table: 'results', column, values },
    needsResult: true,
    check: (query) => {
      if (values) void query.whereIn(`results.${column}`, values)
      else if (all) whereFound(query, all(`results.${column}`))
    },
  }
}

/**
 * Narrows `query` to rows for which `sub` finds something. As EXISTS it would become a join: PostgreSQL may then lead with
 * it, and SQLite (3.51, 3.52) counts a row once for each match when it skips rows by OFFSET.
 */
export function whereFound(query: Knex.QueryBuilder, sub: Knex.QueryBuilder): void {
  void query.whereRaw('(?) is not null', [sub.limit(1)])
}

/** How many rows each source has, counted up to `few`, in one statement. */
async function countSome(
  db: Database,
  sources: readonly Source[],
  { since, few }: { since: Since; few: number },
): Promise<number[]> {
  if (sources.length === 0) return []
  const counts = sources.map((source, at) =>
    db
      .from(rowsOf(db, source, since).select(db.raw('1')).limit(few).as('some'))
      .count()
      .as(`count${at}`),
  )
  const [row] = await db.select<Record<string, number | string>[]>(counts)
  return sources.map((_, at) => Number(row?.[`count${at}`] ?? 0))
}

/** The rows of `source` in the time asked for. */
export function rowsOf(
  db: Database,
  { table, column, values }: Source,
  { start, end }: Since,
): Knex.QueryBuilder {
  const query = db(table)
  if (column !== null)
    void (values.length === 1
      ? query.where(`${table}.${column}`, values[0] ?? 0)
      : query.whereIn(`${table}.${column}`, values))
  if (start !== null) void query.where(`${table}.submit_time`, '>=', start)
  if (end !== null) void query.where(`${table}.submit_time`, '<=', end)
  return query
}

/** Time and id of what `plan` finds, `limit` of them from `offset` on, in order. */
export function matching(
  db: Database,
  { source, checks, since }: Plan,
  { order, limit, offset }: { order: Order; limit: number; offset: number },
): Knex.QueryBuilder {
  const { table } = source
  const id = `${table}.${idColumn(source)}`
  const query = rowsOf(db, source, since).select(`${table}.submit_time as submit_time`, `${id} as result_id`)
  // A result may have several of the values.
  if (table !== 'results' && source.values.length > 1) void query.distinct()
  narrow(query, source, checks)
  return query
    .orderBy([
      { column: `${table}.submit_time`, order },
      { column: id, order },
    ])
    .limit(limit)
    .offset(offset)
}

function narrow(query: Knex.QueryBuilder, source: Source, checks: readonly Filter[]): void {
  const { table } = source
  // SQLite keeps the order of a cross join: the source leads.
  if (table !== 'results' && checks.some(({ needsResult }) => needsResult))
    void query.joinRaw(`cross join results`).whereRaw(`results.id = ${table}.result_id`)
  const found = { time: `${table}.submit_time`, id: `${table}.${idColumn(source)}` }
  for (const { check } of checks) check(query, found)
}

/** The time of the row `distance` rows into `plan`'s source; null where it has fewer. */
export async function timeAt(
  db: Database,
  { source, since }: Plan,
  order: Order,
  distance: number,
): Promise<number | null> {
  const [row] = await rowsOf(db, source, since)
    .orderBy([
      { column: 'submit_time', order },
      { column: idColumn(source), order },
    ])
    .limit(1)
    .offset(distance)
    .select<{ submit_time: number | string }[]>('submit_time')
  return row ? Number(row.submit_time) : null
}
