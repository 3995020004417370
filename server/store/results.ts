/** Results of executions in our own words, and the artifacts that executions left. ResultsDB's API reads the same table. */
import type { Outcome } from '../../core/execution.ts'
import { ownKeys, ownPairs, type About } from '../../core/resultsdb/traits.ts'
import { publicOutcomes } from '../../core/resultsdb/outcomes.ts'
import { microsecondsOf } from '../../core/resultsdb/times.ts'
import type { CheckResult } from '../../schemas/types.gen.ts'
import type { Database } from './database.ts'
import { executionRows, fromRow as fromExecutionRow } from './executions.ts'
import { writeResults, type NewRecord } from './resultsdb-write.ts'

export interface Result {
  id: number
  /** Null: another system posted it. */
  executionId: string | null
  /** namespace.package.check or namespace.package.check.sub */
  testcase: string
  outcome: string
  note: string | null
  artifact: string | null
  data: Record<string, string>
  createdAt: string
}

/** A result before it is stored; beside what a check may say of itself it may be ours, such as errored. */
export type NewResult = Omit<CheckResult, 'name' | 'outcome'> &
  Pick<Result, 'testcase'> & { outcome: Outcome }

export interface Artifact {
  executionId: string
  attempt: number
  /** Relative, slashes between parts. */
  path: string
  /** Bytes. */
  size: number
  sha256: string
}

interface ResultRow {
  id: number
  execution_id: string | null
  testcase: string
  outcome: string
  verdict: string | null
  note: string | null
  artifact: string | null
  data: string
  submit_time: number | string
}

interface ArtifactRow {
  execution_id: string
  attempt: number
  path: string
  size: number | string
  sha256: string
}

const fromRow = (row: ResultRow): Result => ({
  id: row.id,
  executionId: row.execution_id,
  testcase: row.testcase,
  outcome: row.verdict ?? row.outcome.toLowerCase(),
  note: row.note,
  artifact: row.artifact,
  data: saidData(JSON.parse(row.data) as Record<string, string[]>, row.execution_id !== null),
  createdAt: new Date(Number(row.submit_time) / 1000).toISOString(),
})

/** What a check said of its result; what its execution says anyway is left out. */
function saidData(data: Record<string, string[]>, ofExecution: boolean): Record<string, string> {
  const said = Object.entries(data).filter(([key]) => !ofExecution || !ownKeys.has(key))
  return Object.fromEntries(said.map(([key, values]) => [key, values.join(', ')]))
}

/** `result` as both APIs find it: with what gating asks for, which a check cannot say of itself. */
function toRecord(executionId: string, about: About, result: NewResult, now: string): NewRecord {
  const said = Object.entries(result.data ?? {}).filter(([key]) => !ownKeys.has(key))
  return {
    executionId,
    testcase: { name: result.testcase },
    outcome: publicOutcomes[result.outcome],
    verdict: result.outcome,
    note: result.note ?? null,
    refUrl: null,
    artifact: result.artifact ?? null,
    postedBy: null,
    submitTime: microsecondsOf(now),
    groups: [{ uuid: executionId, isExecution: true }],
    pairs: [...ownPairs(about), ...said],
  }
}

/** PostgreSQL hands big integers over as text. */
const fromArtifactRow = (row: ArtifactRow): Artifact => ({
  executionId: row.execution_id,
  attempt: row.attempt,
  path: row.path,
  size: Number(row.size),
  sha256: row.sha256,
})

export type Results = ReturnType<typeof results>

export function results(db: Database) {
  const rows = () =>
    db('results')
      .join('testcases', 'testcases.id', 'results.testcase_id')
      .select<ResultRow[]>('results.*', 'testcases.name as testcase')
  return {
    /** Stores what the execution gave. Run it in a transaction. */
    async insert(executionId: string, given: readonly NewResult[], now: string): Promise<void> {
      const [row] = await executionRows(db).where('executions.id', executionId)
      if (!row) return
      const about = fromExecutionRow(row)
      await writeResults(
        db,
        given.map((result) => toRecord(executionId, about, result, now)),
      )
    },
    async of(executionId: string): Promise<Result[]> {
      return (await rows().where('results.execution_id', executionId).orderBy('results.id')).map(fromRow)
    },
    /** Newest first, before `before` (an id). */
    async list({
      testcase,
      limit,
      before,
    }: {
      testcase?: string | undefined
      limit: number
      before?: number | undefined
    }): Promise<Result[]> {
      const query = rows().orderBy('results.id', 'desc').limit(limit)
      if (testcase !== undefined) void query.where('testcases.name', testcase)
      if (before !== undefined) void query.where('results.id', '<', before)
      return (await query).map(fromRow)
    },
  }
}

export type Artifacts = ReturnType<typeof artifacts>

export function artifacts(db: Database) {
  return {
    async put({ executionId, attempt, path, size, sha256 }: Artifact): Promise<void> {
      await db('artifacts')
        .insert({ execution_id: executionId, attempt, path, size, sha256 })
        .onConflict(['execution_id', 'attempt', 'path'])
        .merge()
    },
    /** What an attempt has left so far beside `path`: how many files, and bytes in all. */
    async usage(
      executionId: string,
      attempt: number,
      path: string,
    ): Promise<{ files: number; bytes: number }> {
      const [row] = await db('artifacts')
        .where({ execution_id: executionId, attempt })
        .whereNot({ path })
        .select<{ files: number | string; bytes: number | string | null }[]>(
          db.raw('count(*) as files'),
          db.raw('sum(size) as bytes'),
        )
      return { files: Number(row?.files ?? 0), bytes: Number(row?.bytes ?? 0) }
    },
    async of(executionId: string): Promise<Artifact[]> {
      const rows = await db<ArtifactRow>('artifacts')
        .where({ execution_id: executionId })
        .orderBy(['attempt', 'path'])
      return rows.map(fromArtifactRow)
    },
  }
}
