/** Results of executions, and the artifacts that executions left. */
import type { Outcome } from '../../core/execution.ts'
import type { CheckResult } from '../../schemas/types.gen.ts'
import type { Database } from './database.ts'

export interface Result {
  id: number
  executionId: string
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
  execution_id: string
  testcase: string
  outcome: string
  note: string | null
  artifact: string | null
  data: string | null
  created_at: string
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
  outcome: row.outcome,
  note: row.note,
  artifact: row.artifact,
  data: row.data === null ? {} : (JSON.parse(row.data) as Record<string, string>),
  createdAt: row.created_at,
})

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
  return {
    async insert(executionId: string, given: readonly NewResult[], now: string): Promise<void> {
      const rows = given.map(({ testcase, outcome, note, artifact, data }) => ({
        execution_id: executionId,
        testcase,
        outcome,
        note: note ?? null,
        artifact: artifact ?? null,
        data: data ? JSON.stringify(data) : null,
        created_at: now,
      }))
      await db.batchInsert('results', rows, 100)
    },
    async of(executionId: string): Promise<Result[]> {
      return (await db<ResultRow>('results').where({ execution_id: executionId }).orderBy('id')).map(fromRow)
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
      const query = db<ResultRow>('results').orderBy('id', 'desc').limit(limit)
      if (testcase !== undefined) void query.where({ testcase })
      if (before !== undefined) void query.where('id', '<', before)
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
