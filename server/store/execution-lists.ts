/** Lists of executions as pages and the API ask for them: read-only, keyset-paged, each backed by an index. */
import type { Outcome, State } from '../../core/execution.ts'
import type { Database } from './database.ts'
import { executionRows, fromRow, type Execution } from './executions.ts'

export interface Filter {
  packageId?: number | undefined
  buildId?: string | undefined
  check?: string | undefined
  state?: State | undefined
  outcome?: Outcome | undefined
  reason?: string | undefined
  /** On which any of its attempts was. */
  runner?: string | undefined
  /** Created at this moment or later, and before that one: ISO 8601 in UTC. */
  since?: string | undefined
  until?: string | undefined
  limit: number
  /** Id of the last execution already seen; ids are v7 UUIDs and sort by time. */
  before?: string | undefined
}

export type ExecutionLists = ReturnType<typeof executionLists>

export function executionLists(db: Database) {
  return {
    /** Newest first. */
    async list(filter: Filter): Promise<Execution[]> {
      const query = executionRows(db).orderBy('executions.id', 'desc').limit(filter.limit)
      if (filter.packageId !== undefined) void query.where('executions.package_id', filter.packageId)
      if (filter.buildId !== undefined) void query.where('executions.build_id', filter.buildId)
      if (filter.check !== undefined) void query.where('executions.check', filter.check)
      if (filter.state !== undefined) void query.where('executions.state', filter.state)
      if (filter.outcome !== undefined) void query.where('executions.outcome', filter.outcome)
      if (filter.reason !== undefined) void query.where('executions.reason', filter.reason)
      if (filter.runner !== undefined)
        void query.whereIn(
          'executions.id',
          db('attempts').where({ runner: filter.runner }).select('execution_id'),
        )
      if (filter.since !== undefined) void query.where('executions.id', '>=', firstIdOf(filter.since))
      if (filter.until !== undefined) void query.where('executions.id', '<', firstIdOf(filter.until))
      if (filter.before !== undefined) void query.where('executions.id', '<', filter.before)
      return (await query).map(fromRow)
    },
    /** Commits of a check repository, by its full name, that executions wait for or run. */
    async commitsInUse(repository: string): Promise<string[]> {
      const rows = await db('executions')
        .whereIn('state', ['scheduled', 'running'])
        .where({ repository })
        .distinct<{ commit: string }[]>('commit')
      return rows.map(({ commit }) => commit)
    },
    /** Those that wait for a runner, oldest first. */
    async waiting(limit: number): Promise<Execution[]> {
      const rows = await executionRows(db)
        .where('executions.state', 'scheduled')
        .orderBy('executions.id')
        .limit(limit)
      return rows.map(fromRow)
    },
    /** How many executions are in each state that is not the end. */
    async unfinished(): Promise<Record<'scheduled' | 'running', number>> {
      const rows = await db('executions')
        .whereIn('state', ['scheduled', 'running'])
        .groupBy('state')
        .select<{ state: 'scheduled' | 'running'; count: number | string }[]>(
          'state',
          db.raw('count(*) as count'),
        )
      const counts = { scheduled: 0, running: 0 }
      for (const { state, count } of rows) counts[state] = Number(count)
      return counts
    },
    /** The newest execution before `execution` of the same check, release and architecture that held. */
    async lastGood(execution: Execution): Promise<Execution | null> {
      const { packageId, repository, check, arch, release, id } = execution
      const [row] = await executionRows(db)
        .where({ 'executions.package_id': packageId, 'executions.check': check, 'executions.arch': arch })
        .where({ 'executions.repository': repository, 'builds.release': release })
        .whereIn('executions.outcome', ['passed', 'info'])
        .where('executions.id', '<', id)
        .orderBy('executions.id', 'desc')
        .limit(1)
      return row ? fromRow(row) : null
    },
    /** Reruns of an execution, oldest first. */
    async rerunsOf(id: string): Promise<Execution[]> {
      return (await executionRows(db).where('executions.rerun_of', id).orderBy('executions.id')).map(fromRow)
    },
  }
}

/** What every id made at `time` or later sorts behind: ids are v7 UUIDs, which begin with their time. */
function firstIdOf(time: string): string {
  const hex = Math.max(0, Date.parse(time)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
