/** What is still held of the files that executions left. A row per execution that ever ran; it outlives the files. */
import type { ExpiryReason } from '../../core/retention.ts'
import type { Database } from './database.ts'

export interface Holding {
  executionId: string
  /** null while it may still grow. */
  bytes: number | null
  finishedAt: string | null
  kept: { at: string; by: string } | null
  expired: { at: string; why: ExpiryReason } | null
}

interface Row {
  execution_id: string
  package_id: number
  bytes: number | string | null
  finished_at: string | null
  kept_at: string | null
  kept_by: string | null
  expired_at: string | null
  expired_why: ExpiryReason | null
  cleared_at: string | null
}

/** PostgreSQL hands big integers over as text. */
const fromRow = (row: Row): Holding => ({
  executionId: row.execution_id,
  bytes: row.bytes === null ? null : Number(row.bytes),
  finishedAt: row.finished_at,
  kept: row.kept_at === null || row.kept_by === null ? null : { at: row.kept_at, by: row.kept_by },
  expired:
    row.expired_at === null || row.expired_why === null ? null : { at: row.expired_at, why: row.expired_why },
})

/** An execution that has finished and was not measured yet. */
export interface Unmeasured {
  executionId: string
  packageId: number
  finishedAt: string
}

export type Holdings = ReturnType<typeof holdings>

export function holdings(db: Database) {
  const rows = () => db<Row>('holdings')
  return {
    /** From its first attempt on an execution may leave files; again changes nothing. */
    async open(executionId: string, packageId: number): Promise<void> {
      await db('holdings')
        .insert({ execution_id: executionId, package_id: packageId })
        .onConflict('execution_id')
        .ignore()
    },
    /** null for an execution that never ran. */
    async of(executionId: string): Promise<Holding | null> {
      const row = await rows().where({ execution_id: executionId }).first()
      return row ? fromRow(row) : null
    },
    async unmeasured(limit: number): Promise<Unmeasured[]> {
      const found = await db('holdings')
        .join('executions', 'executions.id', 'holdings.execution_id')
        .whereNull('holdings.expired_at')
        .whereNull('holdings.finished_at')
        .where('executions.state', 'finished')
        .limit(limit)
        .select<{ id: string; package_id: number; finished_at: string }[]>(
          'executions.id',
          'holdings.package_id',
          'executions.finished_at',
        )
      return found.map((row) => ({
        executionId: row.id,
        packageId: row.package_id,
        finishedAt: row.finished_at,
      }))
    },
    async measure(executionId: string, bytes: number, finishedAt: string): Promise<void> {
      await rows().where({ execution_id: executionId }).update({ bytes, finished_at: finishedAt })
    },
    /** Marks it to be kept, or no more. False when it has gone already, or never was. */
    async mark(executionId: string, kept: Holding['kept']): Promise<boolean> {
      const updated = await rows()
        .where({ execution_id: executionId })
        .whereNull('expired_at')
        .update({ kept_at: kept?.at ?? null, kept_by: kept?.by ?? null })
      return updated > 0
    },
    /** Bytes of a package that are to be kept; what was not measured yet counts as `unmeasured`. */
    async keptOf(packageId: number, unmeasured: number): Promise<number> {
      const [row] = await rows()
        .where({ package_id: packageId })
        .whereNull('expired_at')
        .whereNotNull('kept_at')
        .select<{ bytes: number | string | null }[]>(
          db.raw('sum(coalesce(bytes, cast(? as bigint))) as bytes', [unmeasured]),
        )
      return Number(row?.bytes ?? 0)
    },
    /** Those that may go and finished before `before`, oldest first. */
    async olderThan(before: string, limit: number): Promise<string[]> {
      const found = await rows()
        .whereNull('expired_at')
        .whereNull('kept_at')
        .where('finished_at', '<', before)
        .orderBy('finished_at')
        .limit(limit)
        .select('execution_id')
      return found.map((row) => row.execution_id)
    },
    /** Bytes that are held of a package, those to be kept among them. */
    async usage(packageId: number): Promise<number> {
      const [row] = await rows()
        .where({ package_id: packageId })
        .whereNull('expired_at')
        .select<{ bytes: number | string | null }[]>(db.raw('sum(bytes) as bytes'))
      return Number(row?.bytes ?? 0)
    },
    /** Those of a package that hold something and may go, oldest first. */
    async oldestOf(packageId: number, limit: number): Promise<{ executionId: string; bytes: number }[]> {
      const found = await rows()
        .where({ package_id: packageId })
        .whereNull('expired_at')
        .whereNull('kept_at')
        .whereNotNull('finished_at')
        .where('bytes', '>', 0)
        .orderBy('finished_at')
        .limit(limit)
      return found.map((row) => ({ executionId: row.execution_id, bytes: Number(row.bytes) }))
    },
    /** Says that the files go; false where somebody wants them kept, or they went before. */
    async expire(executionId: string, why: ExpiryReason, at: string): Promise<boolean> {
      const updated = await rows()
        .where({ execution_id: executionId })
        .whereNull('expired_at')
        .whereNull('kept_at')
        .whereNotNull('finished_at')
        .update({ expired_at: at, expired_why: why })
      return updated > 0
    },
    /** Those of which it was said that they go, and which may still be there. */
    async uncleared(limit: number): Promise<string[]> {
      const found = await rows()
        .whereNull('cleared_at')
        .whereNotNull('expired_at')
        .limit(limit)
        .select('execution_id')
      return found.map((row) => row.execution_id)
    },
    async cleared(executionId: string, at: string): Promise<void> {
      await rows().where({ execution_id: executionId }).update({ cleared_at: at })
    },
  }
}
