/** A row of the table of results with its testcase, as ResultsDB shows it. */
import type { ShownResult } from '../../core/resultsdb/views.ts'
import type { Database } from './database.ts'

export interface ResultsdbRow {
  id: number
  execution_id: string | null
  testcase_id: number
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

/** The columns of it; the table of testcases must be joined. */
export const resultsdbColumns = [
  'results.*',
  'testcases.name as testcase_name',
  'testcases.ref_url as testcase_ref_url',
] as const

export const resultsdbRows = (db: Database) =>
  db('results')
    .join('testcases', 'testcases.id', 'results.testcase_id')
    .select<ResultsdbRow[]>(...resultsdbColumns)

export const fromResultsdbRow = (row: ResultsdbRow): ShownResult => ({
  id: row.id,
  executionId: row.execution_id,
  testcase: { name: row.testcase_name, refUrl: row.testcase_ref_url },
  submitTime: Number(row.submit_time),
  outcome: row.outcome,
  skipped: row.verdict === 'skipped',
  note: row.note,
  refUrl: row.ref_url,
  groups: JSON.parse(row.groups) as string[],
  data: dataOf(row),
})

export const dataOf = ({ data }: Pick<ResultsdbRow, 'data'>): Record<string, string[]> =>
  JSON.parse(data) as Record<string, string[]>
