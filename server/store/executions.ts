/** Executions: every change of state goes through `advance`, which the database refuses when it is illegal or stale. */
import type { Check } from '../../core/check.ts'
import { Conflict, NotFound } from '../../core/errors.ts'
import { lineOf, type Older, type Priority, type Waiting } from '../../core/priority.ts'
import { next, type Outcome, type Party, type State, type Step } from '../../core/execution.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { BuildSubject } from '../../schemas/types.gen.ts'
import { subjectOf } from './builds.ts'
import { chunks } from './chunks.ts'
import { countWaiting, isScheduled } from './count-waiting.ts'
import type { Database } from './database.ts'

export interface Execution {
  id: string
  key: string
  packageId: number
  package: string
  buildId: string
  release: string
  version: string
  /** As of its build. */
  subject: BuildSubject | null
  registrationId: number
  repository: string
  commit: string
  check: string
  definition: Check
  arch: string
  state: State
  outcome: Outcome | null
  reason: string | null
  concerns: Party | null
  note: string | null
  /** Number of the newest attempt; 0 before the first. */
  attempt: number
  /** Attempts that infrastructure errors have cost. */
  failures: number
  priority: Priority
  rerunOf: string | null
  requestedBy: string | null
  /** The event that is no build and that it is for. */
  eventId: number | null
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

/** What is known when an execution is made. */
export type NewExecution = Pick<
  Execution,
  | 'id'
  | 'key'
  | 'packageId'
  | 'buildId'
  | 'registrationId'
  | 'repository'
  | 'commit'
  | 'definition'
  | 'arch'
  | 'priority'
  | 'rerunOf'
  | 'requestedBy'
  | 'createdAt'
> & { skip: string | null; eventId?: number | null }

export interface ExecutionRow {
  id: string
  key: string
  package_id: number
  namespace: string
  name: string
  build_id: string
  release: string
  version: string
  subject_type: string | null
  subject_item: string | null
  registration_id: number
  repository: string
  commit: string
  check: string
  definition: string
  arch: string
  state: State
  outcome: Outcome | null
  reason: string | null
  concerns: Party | null
  note: string | null
  attempt: number
  failures: number
  priority: Priority
  rerun_of: string | null
  requested_by: string | null
  event_id: number | null
  created_at: string
  started_at: string | null
  finished_at: string | null
}

export const fromRow = (row: ExecutionRow): Execution => ({
  id: row.id,
  key: row.key,
  packageId: row.package_id,
  package: `${row.namespace}/${row.name}`,
  buildId: row.build_id,
  release: row.release,
  version: row.version,
  subject: subjectOf(row),
  registrationId: row.registration_id,
  repository: row.repository,
  commit: row.commit,
  check: row.check,
  definition: JSON.parse(row.definition) as Check,
  arch: row.arch,
  state: row.state,
  outcome: row.outcome,
  reason: row.reason,
  concerns: row.concerns,
  note: row.note,
  attempt: row.attempt,
  failures: row.failures,
  priority: row.priority,
  rerunOf: row.rerun_of,
  requestedBy: row.requested_by,
  eventId: row.event_id,
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
})

/** Executions joined with what their readers always ask for: the package's name, the build's release and version. */
export const executionRows = (db: Database) =>
  db('executions')
    .join('builds', 'builds.id', 'executions.build_id')
    .join('packages', 'packages.id', 'executions.package_id')
    .select<ExecutionRow[]>(
      'executions.*',
      'builds.release',
      'builds.version',
      'builds.subject_type',
      'builds.subject_item',
      'packages.namespace',
      'packages.name',
    )

export type Executions = ReturnType<typeof executions>

export function executions(db: Database) {
  const get = async (id: string): Promise<Execution> => {
    const [row] = await executionRows(db).where('executions.id', id)
    if (!row) throw new NotFound('execution', id)
    return fromRow(row)
  }
  return {
    get,
    /**
     * Inserts those whose key is new, and returns their ids; the others are there already. Run it in a transaction with
     * what caused them.
     */
    async insert(planned: readonly NewExecution[]): Promise<Set<string>> {
      const made = new Set<string>()
      for (const chunk of chunks(planned)) {
        const rows = await db('executions')
          .insert(chunk.map(toRow))
          .onConflict('key')
          .ignore()
          .returning<{ id: string }[]>('id')
        for (const { id } of rows) made.add(id)
      }
      return made
    },
    /**
     * Takes `step` from the state and attempt given. Throws ILLEGAL_TRANSITION where the table forbids it and
     * STALE_ATTEMPT where the row has moved on: a race loses instead of overwriting.
     */
    async advance(
      from: Pick<Execution, 'id' | 'state' | 'attempt'>,
      step: Step,
      changes: Partial<Advance> = {},
    ): Promise<void> {
      const { id, state, attempt } = from
      const updated = await db('executions')
        .where({ id, state, attempt })
        .update({ ...toChanges(changes), state: next(state, step) })
      if (updated === 0)
        throw new Conflict(
          'STALE_ATTEMPT',
          `Execution ${id} is no longer ${state} at attempt ${attempt}: somebody else moved it.`,
        )
    },
    /**
     * What waits for a runner, and where it stands among those of its package: those that give way last, then each package's
     * first before any package's second.
     */
    async waiting(limit: number): Promise<(Waiting & { rank: number })[]> {
      const rank = db.raw('row_number() over (partition by priority, package_id order by id) as rank')
      const rows = await db('executions')
        .whereRaw(isScheduled)
        .orderBy(['priority', 'rank', 'id'])
        .limit(limit)
        .select<{ id: string; priority: Priority; package_id: number; rank: number | string }[]>(
          'id',
          'priority',
          'package_id',
          rank,
        )
      return rows.map((row) => ({
        id: row.id,
        priority: row.priority,
        packageId: row.package_id,
        rank: Number(row.rank),
      }))
    },
    /** How many of these packages wait, by the package's id. */
    async waitingOf(packageIds: readonly number[]): Promise<Map<number, number>> {
      const found = new Map<number, number>()
      for (const [line, count] of await countWaiting(db, packageIds)) {
        const { packageId } = line
        found.set(packageId, (found.get(packageId) ?? 0) + count)
      }
      return found
    },
    /** How many of these packages wait that are older than the execution `id`. */
    async older(packageIds: readonly number[], id: string): Promise<Older> {
      const counts = await countWaiting(db, packageIds, id)
      return new Map(counts.map(([line, count]) => [lineOf(line), count]))
    },
    /** What waits of builds of the package for `release` because they were built: nobody, and no event, asked for it. */
    async waitingFor(packageId: number, release: string): Promise<Execution[]> {
      const rows = await executionRows(db)
        .where({ 'executions.package_id': packageId, 'builds.release': release, state: 'scheduled' })
        .whereNull('rerun_of')
        .whereNull('event_id')
        .orderBy('executions.id')
      return rows.map(fromRow)
    },
    /** Of a build: what waits or runs. */
    async unfinishedOf(buildId: string): Promise<Execution[]> {
      const unfinished = executionRows(db)
        .where('executions.build_id', buildId)
        .whereNot({ state: 'finished' })
      return (await unfinished).map(fromRow)
    },
    async idsOfEvent(eventId: number): Promise<string[]> {
      const rows = await db<ExecutionRow>('executions')
        .where({ event_id: eventId })
        .orderBy('id')
        .select('id')
      return rows.map(({ id }) => id)
    },
    async ofBuild(buildId: string): Promise<Execution[]> {
      return (await executionRows(db).where('executions.build_id', buildId).orderBy('executions.id')).map(
        fromRow,
      )
    },
  }
}

/** What a step may change beside the state. */
export interface Advance {
  attempt: number
  failures: number
  startedAt: string
  finishedAt: string
  verdict: Verdict
}

function toChanges({
  attempt,
  failures,
  startedAt,
  finishedAt,
  verdict,
}: Partial<Advance>): Record<string, unknown> {
  return {
    ...(attempt !== undefined && { attempt }),
    ...(failures !== undefined && { failures }),
    ...(startedAt !== undefined && { started_at: startedAt }),
    ...(finishedAt !== undefined && { finished_at: finishedAt }),
    ...(verdict && {
      outcome: verdict.outcome,
      reason: verdict.reason,
      concerns: verdict.concerns,
      note: verdict.note,
    }),
  }
}

function toRow(planned: NewExecution): Record<string, unknown> {
  const skipped = planned.skip !== null
  return {
    id: planned.id,
    key: planned.key,
    package_id: planned.packageId,
    build_id: planned.buildId,
    registration_id: planned.registrationId,
    repository: planned.repository,
    commit: planned.commit,
    check: planned.definition.name,
    definition: JSON.stringify(planned.definition),
    arch: planned.arch,
    priority: planned.priority,
    state: skipped ? next('scheduled', 'skip') : 'scheduled',
    outcome: skipped ? 'skipped' : null,
    reason: skipped ? 'unsupported' : null,
    note: planned.skip,
    finished_at: skipped ? planned.createdAt : null,
    rerun_of: planned.rerunOf,
    // Only where there is one: the column is younger than the table.
    ...(planned.eventId != null && { event_id: planned.eventId }),
    requested_by: planned.requestedBy,
    created_at: planned.createdAt,
  }
}
