/** Finding builds and executions by what people have at hand: the beginning of a version or of an id. */
import { fromRow as fromBuildRow, type Build, type BuildRow } from './builds.ts'
import type { Database } from './database.ts'
import { isPostgres } from './dialect.ts'
import { executionRows, fromRow, type Execution } from './executions.ts'

export type Search = ReturnType<typeof search>

/** Behind every other character, byte by byte. */
const last = '\u{10FFFF}'

export function search(db: Database) {
  const version = isPostgres(db) ? 'version collate "C"' : 'version'
  const builds = () =>
    db('builds')
      .join('packages', 'packages.id', 'builds.package_id')
      .select<BuildRow[]>('builds.*', 'packages.namespace', 'packages.name')
  return {
    /** The build of this id, if any. */
    async build(id: string): Promise<Build[]> {
      return (await builds().where('builds.id', id)).map(fromBuildRow)
    },
    /** Builds whose version begins with `text`, newest first. */
    async builds(text: string, limit: number): Promise<Build[]> {
      // Looked up by itself, as all that is looked at then lies in one index.
      const found = db('builds')
        .whereRaw(`${version} >= ? and ${version} < ?`, [text, text + last])
        .orderBy('id', 'desc')
        .limit(limit)
        .select('id')
      const rows = await builds().whereIn('builds.id', found).orderBy('builds.id', 'desc')
      return rows.map(fromBuildRow)
    },
    /** Executions whose id begins with `hex` (lower-case hex digits and hyphens), newest first. */
    async executions(hex: string, limit: number): Promise<Execution[]> {
      const rows = await executionRows(db)
        .whereBetween('executions.id', [hex, `${hex}g`])
        .orderBy('executions.id', 'desc')
        .limit(limit)
      return rows.map(fromRow)
    },
  }
}
