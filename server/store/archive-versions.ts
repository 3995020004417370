/** The newest version of each source package that an archive's watcher has dealt with. */
import type { Database } from './database.ts'

/** One suite of one archive, for one architecture as Debian names it. */
export interface Shelf {
  listener: string
  suite: string
  arch: string
}

export type ArchiveVersions = ReturnType<typeof archiveVersions>

/** Rows of one statement: SQLite takes so many parameters. */
const batch = 100

export function archiveVersions(db: Database) {
  return {
    /** Version by source package. */
    async all(shelf: Shelf): Promise<Map<string, string>> {
      const rows = await db('archive_versions')
        .where(shelf)
        .select<{ source: string; version: string }[]>('source', 'version')
      return new Map(rows.map(({ source, version }) => [source, version]))
    },
    async record(shelf: Shelf, versions: ReadonlyMap<string, string>): Promise<void> {
      const rows = [...versions].map(([source, version]) => ({ ...shelf, source, version }))
      for (let at = 0; at < rows.length; at += batch)
        await db('archive_versions')
          .insert(rows.slice(at, at + batch))
          .onConflict(['listener', 'suite', 'arch', 'source'])
          .merge()
    },
  }
}
