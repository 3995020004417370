/** Results as ResultsDB's API asks for them. Every query is bounded; what would need more is refused, never cut short. */
import { Refused } from '../../core/resultsdb/faults.ts'
import { newestFirst } from '../../core/resultsdb/latest.ts'
import type { ResultsQuery } from '../../core/resultsdb/query.ts'
import type { ShownResult } from '../../core/resultsdb/views.ts'
import type { Database } from './database.ts'
import { resolve } from './resultsdb-filters.ts'
import { latestIds } from './resultsdb-latest.ts'
import { bounds, makePlan, matching, timeAt, type Order, type Plan } from './resultsdb-plan.ts'
import { writeResults, type NewRecord } from './resultsdb-write.ts'

interface Row {
  id: number
  execution_id: string | null
  submit_time: number | string
  outcome: string
  verdict: string | null
  note: string | null
  ref_url: string | null
  data: string
  groups: string
  testcase_name: string
  testcase_ref_url: string | null
}

const fromRow = (row: Row): ShownResult => ({
  id: row.id,
  executionId: row.execution_id,
  testcase: { name: row.testcase_name, refUrl: row.testcase_ref_url },
  submitTime: Number(row.submit_time),
  outcome: row.outcome,
  skipped: row.verdict === 'skipped',
  note: row.note,
  refUrl: row.ref_url,
  groups: JSON.parse(row.groups) as string[],
  data: JSON.parse(row.data) as Record<string, string[]>,
})

export type ResultsdbResults = ReturnType<typeof resultsdbResults>

export function resultsdbResults(db: Database, limits = bounds) {
  const rows = () =>
    db('results')
      .join('testcases', 'testcases.id', 'results.testcase_id')
      .select<Row[]>('results.*', 'testcases.name as testcase_name', 'testcases.ref_url as testcase_ref_url')
  return {
    /** Stores a result and returns it. Run it in a transaction. */
    async add(record: NewRecord): Promise<ShownResult | null> {
      const [id = 0] = await writeResults(db, [record])
      return this.byId(id)
    },
    async byId(id: number): Promise<ShownResult | null> {
      const [row] = await rows().where('results.id', id)
      return row ? fromRow(row) : null
    },
    /** One more than the page holds, where there are more. Throws REFUSED where they cannot be found in bounds. */
    async page(query: ResultsQuery): Promise<ShownResult[]> {
      const { order, limit, page } = query
      const wanted = await resolve(db, query)
      if (!wanted) return []
      const plan = await makePlan(db, wanted, limits)
      const span = { order, limit: limit + 1, offset: page * limit }
      const load = async (within: Plan): Promise<ShownResult[]> => {
        const found = await rows()
          .join(matching(db, within, span).as('found'), 'found.result_id', 'results.id')
          .orderBy([
            { column: 'results.submit_time', order },
            { column: 'results.id', order },
          ])
        return found.map(fromRow)
      }
      return plan.walk ? walk(db, plan, { ...span, horizons: [limits.few, limits.walked] }, load) : load(plan)
    },
    /** The newest of each testcase, or of each combination of what `distinctOn` names; newest first. */
    async latest(query: ResultsQuery): Promise<ShownResult[]> {
      const wanted = await resolve(db, query)
      if (!wanted) return []
      const ids = await latestIds(db, wanted, query.distinctOn, limits)
      const found: ShownResult[] = []
      for (let from = 0; from < ids.length; from += 5000)
        found.push(...(await rows().whereIn('results.id', ids.slice(from, from + 5000))).map(fromRow))
      return found.sort((one, other) => newestFirst({ ...one, testcaseId: 0 }, { ...other, testcaseId: 0 }))
    },
    /** Rejects when the database cannot be asked. */
    async ping(): Promise<void> {
      await db('results').select('id').limit(1)
    },
  }
}

/** Loads from the nearest rows, then from further ones while the page is not full. */
async function walk(
  db: Database,
  plan: Plan,
  { order, limit, horizons }: { order: Order; limit: number; horizons: readonly number[] },
  load: (within: Plan) => Promise<ShownResult[]>,
): Promise<ShownResult[]> {
  for (const horizon of horizons) {
    const edge = await timeAt(db, plan, order, horizon)
    const found = await load(edge === null ? plan : { ...plan, since: upTo(plan, order, edge) })
    if (edge === null || found.length >= limit) return found
  }
  throw new Refused('Too many results to look through: add filters that fewer of them fit')
}

const upTo = ({ since }: Plan, order: Order, edge: number): Plan['since'] =>
  order === 'desc' ? { ...since, start: edge } : { ...since, end: edge }
