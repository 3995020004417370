/**
 * How matching results are found, newest or oldest first: one filter leads through an index that is ordered by time, the
 * others are checked row by row. Which one leads is decided by a bounded count, the same way on every database: a planner
 * that knows only averages walks a whole table for a rare combination.
 */
import type { Knex } from 'knex'
import type { ResultFilter } from '../../core/resultsdb/query.ts'
import type { Since } from '../../core/resultsdb/times.ts'
import type { Database } from './database.ts'
import { countFilters, filtersOf, whereFound, whereMeant, within, type Filter } from './resultsdb-filters.ts'

/** How much a query may look at. */
export interface Bounds {
  /** What matches less often than this is looked up whole and sorted. */
  few: number
  /** How far a walk goes first, and before it gives up. */
  near: number
  walked: number
  /** Of how many matching results the newest are chosen. */
  matching: number
  /** How many of them may be the newest of something. */
  latest: number
}

export const bounds: Bounds = { few: 500, near: 2000, walked: 200_000, matching: 20_000, latest: 10_000 }

export interface Plan {
  /** Null: all results are looked at. */
  lead: Filter | null
  checks: readonly Filter[]
  since: Since
  /** Rows are many and must be checked one by one: look at the nearest first, and not for ever. */
  walk: boolean
}

export type Order = 'asc' | 'desc'

/** By convention it names the build that a result is about: few results are about one. */
const identifying = 'item'

/** Null where nothing can match. Asks the database only where more than one filter could lead. */
export async function makePlan(db: Database, asked: ResultFilter, { few }: Bounds): Promise<Plan | null> {
  const { since } = asked
  const filters = filtersOf(db, asked)
  const clear = filters.find(({ isOne, key }) => isOne && (filters.length === 1 || key === identifying))
  if (clear || filters.length === 0) return { ...led(filters, clear), since, walk: false }
  const counted = await countFilters(db, filters, { since, few })
  if (!counted) return null
  const all = counted.map(({ filter }) => filter)
  const fewest = Math.min(...counted.map(({ rows }) => rows))
  if (fewest < few)
    return { ...led(all, counted.find(({ rows }) => rows === fewest)?.filter), since, walk: false }
  const ordered = all.find(({ values }) => values?.length === 1)
  const plan = led(all, ordered)
  return { ...plan, since, walk: plan.checks.length > 0 }
}

const led = (filters: readonly Filter[], lead: Filter | undefined): Pick<Plan, 'lead' | 'checks'> => ({
  lead: lead ?? null,
  checks: filters.filter((filter) => filter !== lead),
})

const tableOf = ({ lead }: Plan): Filter['table'] => lead?.table ?? 'results'
const idOf = (table: Filter['table']): string => `${table}.${table === 'results' ? 'id' : 'result_id'}`

/** The rows that lead, in the time asked for. */
function leading(db: Database, plan: Plan): Knex.QueryBuilder {
  const table = tableOf(plan)
  const query = within(db(table), table, plan.since)
  return plan.lead ? whereMeant(query, `${table}.${plan.lead.column}`, plan.lead) : query
}

export interface Span {
  order: Order
  limit: number
  offset: number
}

/** Time and id of what `plan` finds within `span`, in order; `edge`: the time beyond which it does not look. */
export function matching(
  db: Database,
  plan: Plan,
  { order, limit, offset }: Span,
  edge: Knex.QueryBuilder | null = null,
): Knex.QueryBuilder {
  const table = tableOf(plan)
  const [time, id] = [`${table}.submit_time`, idOf(table)]
  const query = leading(db, plan).select(`${time} as submit_time`, `${id} as result_id`)
  // A result may have several of the values.
  if (table !== 'results' && plan.lead?.isOne === false) void query.distinct()
  // SQLite keeps the order of a cross join: the source leads.
  if (table !== 'results' && plan.checks.some((check) => check.table === 'results'))
    void query.joinRaw('cross join results').whereRaw('results.id = ??', [id])
  for (const filter of plan.checks) check(db, query, filter, { time, id })
  if (edge) void query.whereRaw(`?? ${order === 'desc' ? '>=' : '<='} coalesce((?), ??)`, [time, edge, time])
  return query
    .orderBy(inOrder(time, id, order))
    .limit(limit)
    .offset(offset)
}

const inOrder = (time: string, id: string, order: Order) => [
  { column: time, order },
  { column: id, order },
]

function check(
  db: Database,
  query: Knex.QueryBuilder,
  filter: Filter,
  found: { time: string; id: string },
): void {
  const { table, column } = filter
  if (table === 'results') {
    whereMeant(query, `results.${column}`, filter)
    return
  }
  const link = db(`${table} as link`).select(db.raw('1')).whereRaw('link.result_id = ??', [found.id])
  // With what is listed the time leads through the index; else the few of the one result are looked at.
  const isListed = filter.values !== null || filter.names?.hasPatterns === false
  if (isListed) void link.whereRaw('link.submit_time = ??', [found.time])
  whereFound(query, whereMeant(link, `link.${column}`, filter))
}

/** The time of the row that is `distance` rows into what leads. */
export function edgeAt(db: Database, plan: Plan, order: Order, distance: number): Knex.QueryBuilder {
  const table = tableOf(plan)
  return leading(db, plan)
    .select(`${table}.submit_time`)
    .orderBy(inOrder(`${table}.submit_time`, idOf(table), order))
    .limit(1)
    .offset(distance)
}

/** Whether more rows lead than a walk looks at. */
export async function isEndless(
  db: Database,
  plan: Plan,
  order: Order,
  { walked }: Bounds,
): Promise<boolean> {
  return ((await edgeAt(db, plan, order, walked)) as unknown[]).length > 0
}
