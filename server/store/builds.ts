/** Completed builds of packages. */
import { NotFound } from '../../core/errors.ts'
import type { BuildArtifact, BuildSubject } from '../../schemas/types.gen.ts'
import { chunks } from './chunks.ts'
import type { Database } from './database.ts'
import { oneLine } from './one-line.ts'

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
  /** What its results are about, where that is not said by package and version. */
  subject: BuildSubject | null
  /** Files that did not come with the build; null: all did. */
  files: BuildFiles | null
  createdAt: string
}

/** Files that a listener must ask the build's own build system for before its checks may run. */
export interface BuildFiles {
  listener: string
  /** By which its build system knows the build. */
  number: number
  state: 'awaited' | 'found' | 'missing'
  /** Why they are missing. */
  note: string | null
}

export type NewBuild = Omit<Build, 'package' | 'files' | 'subject'> & {
  subject?: BuildSubject | null | undefined
  awaits?: Pick<BuildFiles, 'listener' | 'number'> | undefined
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
  subject_type: string | null
  subject_item: string | null
  files_listener: string | null
  files_number: number | string | null
  files_state: BuildFiles['state'] | null
  files_note: string | null
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
  subject: subjectOf(row),
  files: filesOf(row),
  createdAt: row.created_at,
})

export const subjectOf = ({
  subject_type,
  subject_item,
}: Pick<BuildRow, 'subject_type' | 'subject_item'>): BuildSubject | null =>
  subject_type === null || subject_item === null ? null : { type: subject_type, item: subject_item }

const filesOf = ({ files_listener, files_number, files_state, files_note }: BuildRow): BuildFiles | null =>
  files_listener === null || files_state === null
    ? null
    : { listener: files_listener, number: Number(files_number), state: files_state, note: files_note }

const toRow = ({ awaits, subject, ...build }: NewBuild): Record<string, unknown> => ({
  id: build.id,
  package_id: build.packageId,
  release: build.release,
  version: build.version,
  architectures: JSON.stringify(build.architectures),
  artifacts: JSON.stringify(build.artifacts),
  origin: build.origin,
  subject_type: subject?.type ?? null,
  subject_item: subject?.item ?? null,
  created_at: build.createdAt,
  ...(awaits && { files_listener: awaits.listener, files_number: awaits.number, files_state: 'awaited' }),
})

export type Builds = ReturnType<typeof builds>

export function builds(db: Database) {
  const rows = () =>
    db('builds')
      .join('packages', 'packages.id', 'builds.package_id')
      .select<BuildRow[]>('builds.*', 'packages.namespace', 'packages.name')
  return {
    async insert(some: readonly NewBuild[]): Promise<void> {
      for (const chunk of chunks(some)) await db('builds').insert(chunk.map(toRow))
    },
    /** Only before anything stands on them. */
    async removeAll(ids: readonly string[]): Promise<void> {
      for (const chunk of chunks(ids)) await db('builds').whereIn('id', chunk).delete()
    },
    async get(id: string): Promise<Build> {
      const [row] = await rows().where('builds.id', id)
      if (!row) throw new NotFound('build', id)
      return fromRow(row)
    },
    /** The newest build for each of the `most` releases that were built for last. */
    async newestOfReleases(packageId: number, most: number): Promise<Build[]> {
      const newest = db('builds').where({ package_id: packageId }).groupBy('release').max('id')
      return (await rows().whereIn('builds.id', newest).orderBy('builds.id', 'desc').limit(most)).map(fromRow)
    },
    /** Those whose files this listener must still ask for, the oldest first. */
    async awaitingFiles(listener: string, limit: number): Promise<Build[]> {
      const awaiting = rows().where({ files_listener: listener, files_state: 'awaited' })
      return (await awaiting.orderBy('builds.id').limit(limit)).map(fromRow)
    },
    async listenersAwaited(): Promise<string[]> {
      const found = db('builds')
        .where({ files_state: 'awaited' })
        .distinct<{ files_listener: string }[]>('files_listener')
      return (await found).map(({ files_listener }) => files_listener)
    },
    /** They were found. Changes nothing where somebody was told otherwise before. */
    async setFiles(id: string, artifacts: readonly BuildArtifact[]): Promise<void> {
      const change = { artifacts: JSON.stringify(artifacts), files_state: 'found', files_note: null }
      await db('builds').where({ id, files_state: 'awaited' }).update(change)
    },
    /** They will not be found, and why. Changes nothing where somebody was told otherwise before. */
    async setFilesMissing(id: string, note: string): Promise<void> {
      const change = { files_state: 'missing', files_note: oneLine(note, 500) }
      await db('builds').where({ id, files_state: 'awaited' }).update(change)
    },
    /** Files that were given up are asked for again. */
    async awaitFiles(id: string): Promise<void> {
      const change = { files_state: 'awaited', files_note: null }
      await db('builds').where({ id, files_state: 'missing' }).update(change)
    },
    /** How many came since then, of one package or of all; counts no further than `most`. */
    async countSince(since: string, most: number, packageId?: number): Promise<number> {
      const some = db('builds').where('created_at', '>=', since).limit(most).select('id')
      if (packageId !== undefined) void some.where({ package_id: packageId })
      const [row] = await db.from(some.as('some')).count<{ count: number | string }[]>({ count: '*' })
      return Number(row?.count ?? 0)
    },
    async countOf(packageId: number): Promise<number> {
      const found = db('builds').where({ package_id: packageId })
      const [row] = await found.count<{ count: number | string }[]>({ count: '*' })
      return Number(row?.count)
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
