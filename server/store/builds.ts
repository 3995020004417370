/** Completed builds of packages. */
import { NotFound } from '../../core/errors.ts'
import type { BuildArtifact } from '../../schemas/types.gen.ts'
import type { Database } from './database.ts'

export interface Build {
  id: string
  packageId: number
  /** namespace/name */
  package: string
  release: string
  version: string
  architectures: string[]
  artifacts: BuildArtifact[]
  origin: string | null
  createdAt: string
}

export interface BuildRow {
  id: string
  package_id: number
  namespace: string
  name: string
  release: string
  version: string
  architectures: string
  artifacts: string
  origin: string | null
  created_at: string
}

export const fromRow = (row: BuildRow): Build => ({
  id: row.id,
  packageId: row.package_id,
  package: `${row.namespace}/${row.name}`,
  release: row.release,
  version: row.version,
  architectures: JSON.parse(row.architectures) as string[],
  artifacts: JSON.parse(row.artifacts) as BuildArtifact[],
  origin: row.origin,
  createdAt: row.created_at,
})

export type Builds = ReturnType<typeof builds>

export function builds(db: Database) {
  const rows = () =>
    db('builds')
      .join('packages', 'packages.id', 'builds.package_id')
      .select<BuildRow[]>('builds.*', 'packages.namespace', 'packages.name')
  return {
    async insert(build: Omit<Build, 'package'>): Promise<void> {
      await db('builds').insert({
        id: build.id,
        package_id: build.packageId,
        release: build.release,
        version: build.version,
        architectures: JSON.stringify(build.architectures),
        artifacts: JSON.stringify(build.artifacts),
        origin: build.origin,
        created_at: build.createdAt,
      })
    },
    async get(id: string): Promise<Build> {
      const [row] = await rows().where('builds.id', id)
      if (!row) throw new NotFound('build', id)
      return fromRow(row)
    },
    /** How many came since then, of one package or of all; counts no further than `most`. */
    async countSince(since: string, most: number, packageId?: number): Promise<number> {
      const some = db('builds').where('created_at', '>=', since).limit(most).select('id')
      if (packageId !== undefined) void some.where({ package_id: packageId })
      const [row] = await db.from(some.as('some')).count<{ count: number | string }[]>({ count: '*' })
      return Number(row?.count ?? 0)
    },
    /** Newest first; `before`: id of the last build already seen (ids are v7 UUIDs: they sort by time). */
    async list({
      packageId,
      limit,
      before,
    }: {
      packageId?: number | undefined
      limit: number
      before?: string | undefined
    }): Promise<Build[]> {
      const query = rows().orderBy('builds.id', 'desc').limit(limit)
      if (packageId !== undefined) void query.where('builds.package_id', packageId)
      if (before !== undefined) void query.where('builds.id', '<', before)
      return (await query).map(fromRow)
    },
  }
}
