/** Results as ResultsDB's API asks for them. Every query is bounded; what would need more is refused, never cut short. */
import type { Knex } from 'knex'
import { Refused } from '../../core/resultsdb/faults.ts'
import type { ResultsQuery } from '../../core/resultsdb/query.ts'
import type { ShownResult } from '../../core/resultsdb/views.ts'
import type { Database } from './database.ts'
import { latestResults } from './resultsdb-latest.ts'
import {
  bounds,
  edgeAt,
  isEndless,
  makePlan,
  matching,
  type Bounds,
  type Plan,
  type Span,
} from './resultsdb-plan.ts'
import { fromResultsdbRow, resultsdbRows } from './resultsdb-rows.ts'
import { writeResults, type NewRecord } from './resultsdb-write.ts'

export type ResultsdbResults = ReturnType<typeof resultsdbResults>

export function resultsdbResults(db: Database, limits: Bounds = bounds) {
  return {
    /** Stores a result and returns it. Run it in a transaction. */
    async add(record: NewRecord): Promise<ShownResult | null> {
      const [id = 0] = await writeResults(db, [record])
      return this.byId(id)
    },
    async byId(id: number): Promise<ShownResult | null> {
      const [row] = await resultsdbRows(db).where('results.id', id)
      return row ? fromResultsdbRow(row) : null
    },
    /** What the execution gave, oldest first. */
    async ofExecution(id: string): Promise<ShownResult[]> {
      const rows = await resultsdbRows(db).where('results.execution_id', id).orderBy('results.id')
      return rows.map(fromResultsdbRow)
    },
    /** One more than the page holds, where there are more. Throws REFUSED where they cannot be found in bounds. */
    async page(query: ResultsQuery): Promise<ShownResult[]> {
      const { order, limit, page } = query
      const plan = await makePlan(db, query, limits)
      if (!plan) return []
      const span = { order, limit: limit + 1, offset: page * limit }
      return plan.walk ? walk(db, plan, span, limits) : load(db, plan, span)
    },
    /** The newest of each testcase, or of each combination of what `distinctOn` names; newest first. */
    async latest(query: ResultsQuery): Promise<ShownResult[]> {
      const rows = await latestResults(db, { ...query, outcomes: [] }, limits)
      return rows
        .map(fromResultsdbRow)
        .sort((one, other) => other.submitTime - one.submitTime || other.id - one.id)
    },
    /** Rejects when the database cannot be asked. */
    async ping(): Promise<void> {
      await db('results').select('id').limit(1)
    },
  }
}

async function load(
  db: Database,
  plan: Plan,
  span: Span,
  edge: Knex.QueryBuilder | null = null,
): Promise<ShownResult[]> {
  const rows = await resultsdbRows(db)
    .join(matching(db, plan, span, edge).as('found'), 'found.result_id', 'results.id')
    .orderBy([
      { column: 'results.submit_time', order: span.order },
      { column: 'results.id', order: span.order },
    ])
  return rows.map(fromResultsdbRow)
}

/** Loads from the nearest rows, then from further ones while the page is not full. */
async function walk(db: Database, plan: Plan, span: Span, { near, walked }: Bounds): Promise<ShownResult[]> {
  const { order, limit } = span
  const found = await load(db, plan, span, edgeAt(db, plan, order, near))
  if (found.length >= limit) return found
  const further = await load(db, plan, span, edgeAt(db, plan, order, walked))
  if (further.length >= limit || !(await isEndless(db, plan, order, { ...bounds, walked }))) return further
  throw new Refused('Too many results to look through: add filters that fewer of them fit')
}
