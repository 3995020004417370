/** Files that were handed over with events: whose they are, and since when. The files themselves are in the data folder. */
import type { Database } from './database.ts'

interface Row {
  sha256: string
  user: string
  bytes: number | string
  uploaded_at: string
}

export type UploadRows = ReturnType<typeof uploadRows>

export function uploadRows(db: Database) {
  const rows = () => db<Row>('uploads')
  return {
    /** Handed over again, it is as new. */
    async add(user: string, { sha256, size }: { sha256: string; size: number }, now: string): Promise<void> {
      await rows()
        .insert({ sha256, user, bytes: size, uploaded_at: now })
        .onConflict(['user', 'sha256'])
        .merge(['uploaded_at'])
    },
    /** Bytes that are there of one user. */
    async usage(user: string): Promise<number> {
      const [found] = await rows().where({ user }).sum<{ bytes: number | string | null }[]>('bytes as bytes')
      return Number(found?.bytes ?? 0)
    },
    /** Checksums of what nobody has handed over since `before`. */
    async olderThan(before: string, limit: number): Promise<string[]> {
      const found = await rows()
        .groupBy('sha256')
        .havingRaw('max(uploaded_at) < ?', [before])
        .limit(limit)
        .select('sha256')
      return found.map(({ sha256 }) => sha256)
    },
    /** Forgets a file, unless somebody has handed it over since `before`. Returns whether it is forgotten. */
    async forget(sha256: string, before: string): Promise<boolean> {
      await rows().where({ sha256 }).where('uploaded_at', '<', before).delete()
      return (await rows().where({ sha256 }).first()) === undefined
    },
  }
}
