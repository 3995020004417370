/** Finding builds and executions by what people have at hand: the beginning of a version or of an id. */
import { fromRow as fromBuildRow, type Build, type BuildRow } from './builds.ts'
import type { Database } from './database.ts'
import { executionRows, fromRow, type Execution } from './executions.ts'

export type Search = ReturnType<typeof search>

export function search(db: Database) {
  return {
    /** Builds whose version begins with `text` or whose id it is, newest first. */
    async builds(text: string, limit: number): Promise<Build[]> {
      const rows = await db('builds')
        .join('packages', 'packages.id', 'builds.package_id')
        .whereRaw(`builds.version like ? escape '\\'`, [`${text.replaceAll(/[\\%_]/g, '\\$&')}%`])
        .orWhere('builds.id', text)
        .orderBy('builds.id', 'desc')
        .limit(limit)
        .select<BuildRow[]>('builds.*', 'packages.namespace', 'packages.name')
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
