/** What the pages that give an overview ask for: latest builds and slim executions, each in one statement. */
import type { BuildSeen, ExecutionSeen } from '../../core/standing.ts'
import type { Database } from './database.ts'
import type { ExecutionRow } from './executions.ts'

/** A build with the name of its package. */
export interface LatestBuild extends BuildSeen {
  package: string
}

interface BuildRow {
  id: string
  namespace: string
  name: string
  release: string
  version: string
  architectures: string
  files_state: string | null
  created_at: string
}

const fromBuildRow = (row: BuildRow): LatestBuild => ({
  id: row.id,
  package: `${row.namespace}/${row.name}`,
  release: row.release,
  version: row.version,
  architectures: JSON.parse(row.architectures) as string[],
  createdAt: row.created_at,
  ...(row.files_state === 'awaited' && { awaitsFiles: true }),
})

const slim = [
  'id',
  'build_id',
  'repository',
  'commit',
  'check',
  'arch',
  'state',
  'outcome',
  'reason',
  'concerns',
  'note',
  'failures',
  'created_at',
  'started_at',
  'finished_at',
] as const

const fromSlimRow = (row: Pick<ExecutionRow, (typeof slim)[number]>): ExecutionSeen => ({
  id: row.id,
  buildId: row.build_id,
  repository: row.repository,
  commit: row.commit,
  check: row.check,
  arch: row.arch,
  state: row.state,
  outcome: row.outcome,
  reason: row.reason,
  concerns: row.concerns,
  note: row.note,
  failures: row.failures,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
})

/** How much an overview may hold: beyond it a page is no overview any more. */
const limits = { builds: 200, executions: 10_000 }

/** What is there in all, and what is still to be done. */
export interface Counts {
  packages: number
  scheduled: number
  running: number
}

export type Overviews = ReturnType<typeof overviews>

export function overviews(db: Database) {
  const named = () =>
    db('builds')
      .join('packages', 'packages.id', 'builds.package_id')
      .select<BuildRow[]>('builds.*', 'namespace', 'name')
  return {
    /** The latest builds of the packages, at most `perRelease` of each package and release, newest first. */
    async latestPerRelease(packageIds: readonly number[], perRelease: number): Promise<LatestBuild[]> {
      const place = 'row_number() over (partition by package_id, release order by id desc) as place'
      const ranked = db('builds').whereIn('package_id', packageIds).select('id', db.raw(place))
      const rows = await named()
        .whereIn('builds.id', db.select('id').from(ranked.as('ranked')).where('place', '<=', perRelease))
        .orderBy('builds.id', 'desc')
        .limit(limits.builds)
      return rows.map(fromBuildRow)
    },
    /** The latest builds of all packages, each with the one before it of its package and release; newest first. */
    async latestWithPrevious(limit: number): Promise<LatestBuild[]> {
      const before = db('builds as earlier')
        .max('earlier.id')
        .whereRaw('earlier.package_id = latest.package_id and earlier.release = latest.release')
        .whereRaw('earlier.id < latest.id')
        .as('id')
      const rows = await named()
        .with('latest', db('builds').select('id', 'package_id', 'release').orderBy('id', 'desc').limit(limit))
        .whereIn('builds.id', db.select('id').from('latest').union(db.select(before).from('latest')))
        .orderBy('builds.id', 'desc')
      return rows.map(fromBuildRow)
    },
    /** What ran for the given builds, newest first. */
    async executionsOf(buildIds: readonly string[]): Promise<ExecutionSeen[]> {
      if (buildIds.length === 0) return []
      const rows = await db<ExecutionRow>('executions')
        .whereIn('build_id', buildIds)
        .orderBy('id', 'desc')
        .limit(limits.executions)
        .select(...slim)
      return rows.map(fromSlimRow)
    },
    async counts(): Promise<Counts> {
      const inState = (state: string) => db('executions').where({ state }).count().as(state)
      const [row] = await db.select<Record<keyof Counts, number | string>[]>(
        db('packages').count().as('packages'),
        inState('scheduled'),
        inState('running'),
      )
      const { packages = 0, scheduled = 0, running = 0 } = row ?? {}
      return { packages: Number(packages), scheduled: Number(scheduled), running: Number(running) }
    },
  }
}
