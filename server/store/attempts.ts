/** Attempts and their steps: who tried, on what machine, how far it came and how it ended. */
import { createHash } from 'node:crypto'
import type { MachineFacts, Report } from '../../schemas/types.gen.ts'
import type { Database } from './database.ts'

export interface Attempt {
  executionId: string
  number: number
  runner: string
  instance: string
  fence: string
  startedAt: string
  /** Last request that carried its fence. */
  seenAt: string
  endedAt: string | null
  outcome: string | null
  reason: string | null
  note: string | null
  report: Report | null
  machine: MachineFacts | null
}

export interface StepTimes {
  attempt: number
  step: string
  startedAt: string
  endedAt: string | null
}

interface Row {
  execution_id: string
  number: number
  runner: string
  instance: string
  fence: string
  started_at: string
  seen_at: string
  ended_at: string | null
  outcome: string | null
  reason: string | null
  note: string | null
  report: string | null
  machine: string | null
}

const fromRow = (row: Row): Attempt => ({
  executionId: row.execution_id,
  number: row.number,
  runner: row.runner,
  instance: row.instance,
  fence: row.fence,
  startedAt: row.started_at,
  seenAt: row.seen_at,
  endedAt: row.ended_at,
  outcome: row.outcome,
  reason: row.reason,
  note: row.note,
  report: row.report === null ? null : (JSON.parse(row.report) as Report),
  machine: row.machine === null ? null : (JSON.parse(row.machine) as MachineFacts),
})

/** On what an execution ran. */
export interface RanOn {
  machine: MachineFacts
  /** Version by name of each package that was installed; null: nobody recorded it. */
  packages: ReadonlyMap<string, string> | null
}

/** How an attempt ended. */
export type AttemptEnd = Pick<Attempt, 'outcome' | 'reason' | 'note' | 'report'> & { endedAt: string }

export type Attempts = ReturnType<typeof attempts>

export function attempts(db: Database) {
  return {
    async insert(
      attempt: Pick<Attempt, 'executionId' | 'number' | 'runner' | 'instance' | 'fence' | 'startedAt'>,
    ): Promise<void> {
      await db('attempts').insert({
        execution_id: attempt.executionId,
        number: attempt.number,
        runner: attempt.runner,
        instance: attempt.instance,
        fence: attempt.fence,
        started_at: attempt.startedAt,
        seen_at: attempt.startedAt,
      })
    },
    async find(executionId: string, number: number): Promise<Attempt | null> {
      const row = await db<Row>('attempts').where({ execution_id: executionId, number }).first()
      return row ? fromRow(row) : null
    },
    async of(executionId: string): Promise<Attempt[]> {
      return (await db<Row>('attempts').where({ execution_id: executionId }).orderBy('number')).map(fromRow)
    },
    /** Those of all the executions given, by execution. */
    async ofMany(executionIds: readonly string[]): Promise<Map<string, Attempt[]>> {
      const rows = await db<Row>('attempts').whereIn('execution_id', executionIds).orderBy('number')
      const found = new Map<string, Attempt[]>()
      for (const attempt of rows.map(fromRow))
        found.set(attempt.executionId, [...(found.get(attempt.executionId) ?? []), attempt])
      return found
    },
    /** The machine of the newest attempt that had one, by execution. */
    async machines(executionIds: readonly string[]): Promise<Map<string, RanOn>> {
      const rows = await db('attempts')
        .leftJoin('package_lists', 'package_lists.digest', 'attempts.package_list')
        .whereIn('execution_id', executionIds)
        .whereNotNull('machine')
        .orderBy('number')
        .select<{ execution_id: string; machine: string; packages: string | null }[]>(
          ...['execution_id', 'machine', 'packages'],
        )
      return new Map(
        rows.map(({ execution_id: id, machine, packages }) => [
          id,
          {
            machine: JSON.parse(machine) as MachineFacts,
            packages: packages === null ? null : listed(packages),
          },
        ]),
      )
    },
    /** What the check found installed; `name version` each. Run it in a transaction. */
    async setPackages(executionId: string, number: number, packages: readonly string[]): Promise<void> {
      const list = packages.join('\n')
      const digest = createHash('sha256').update(list).digest('hex')
      await db('package_lists').insert({ digest, packages: list }).onConflict('digest').ignore()
      await db('attempts').where({ execution_id: executionId, number }).update({ package_list: digest })
    },
    async seen(executionId: string, number: number, now: string): Promise<void> {
      await db('attempts').where({ execution_id: executionId, number }).update({ seen_at: now })
    },
    async setMachine(executionId: string, number: number, machine: MachineFacts): Promise<void> {
      await db('attempts')
        .where({ execution_id: executionId, number })
        .update({ machine: JSON.stringify(machine) })
    },
    /** Ends it once; false when it had ended before. */
    async end(executionId: string, number: number, end: AttemptEnd): Promise<boolean> {
      const updated = await db('attempts')
        .where({ execution_id: executionId, number })
        .whereNull('ended_at')
        .update({
          ended_at: end.endedAt,
          outcome: end.outcome,
          reason: end.reason,
          note: end.note,
          report: end.report === null ? null : JSON.stringify(end.report),
        })
      return updated > 0
    },
    /** Live attempts last seen before `before`. */
    async silentSince(before: string): Promise<Attempt[]> {
      return (await db<Row>('attempts').whereNull('ended_at').andWhere('seen_at', '<', before)).map(fromRow)
    },
    /** Live attempts that another process of the same runner claimed. */
    async ofFormerInstances(runner: string, instance: string): Promise<Attempt[]> {
      return (
        await db<Row>('attempts').whereNull('ended_at').andWhere({ runner }).andWhereNot({ instance })
      ).map(fromRow)
    },
    /** Begins `step` and ends the one before; a repeat of the running step changes nothing. Run it in a transaction. */
    async beginStep(executionId: string, number: number, step: string, now: string): Promise<void> {
      const running = db('steps').where({ execution_id: executionId, attempt: number }).whereNull('ended_at')
      const current = await running.clone().select<{ step: string }[]>('step')
      if (current.some((row) => row.step === step)) return
      await running.update({ ended_at: now })
      await db('steps').insert({ execution_id: executionId, attempt: number, step, started_at: now })
    },
    async endSteps(executionId: string, now: string): Promise<void> {
      await db('steps').where({ execution_id: executionId }).whereNull('ended_at').update({ ended_at: now })
    },
    async steps(executionId: string): Promise<StepTimes[]> {
      const rows = await db('steps')
        .where({ execution_id: executionId })
        .orderBy('id')
        .select<{ attempt: number; step: string; started_at: string; ended_at: string | null }[]>('*')
      return rows.map((row) => ({
        attempt: row.attempt,
        step: row.step,
        startedAt: row.started_at,
        endedAt: row.ended_at,
      }))
    },
  }
}

const listed = (packages: string): Map<string, string> =>
  new Map(packages.split('\n').map((line) => line.split(' ', 2) as [string, string]))
