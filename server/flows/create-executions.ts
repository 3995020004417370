/** New executions as rows; those that can never run here are finished from the start and leave their result. */
import type { Stores } from '../store/stores.ts'
import { announce } from './announce.ts'
import type { NewExecution } from '../store/executions.ts'
import { testcaseResults } from './testcases.ts'

export interface PlannedExecutions {
  /** Whose build they check. */
  packageName: string
  executions: readonly NewExecution[]
}

/** Run it in the transaction of what caused them. */
export async function createExecutions(
  inside: Pick<Stores, 'executions' | 'results' | 'builds' | 'outbox'>,
  planned: readonly PlannedExecutions[],
): Promise<void> {
  const made = await inside.executions.insert(planned.flatMap(({ executions }) => executions))
  for (const { packageName, executions } of planned)
    for (const { id, definition, skip, createdAt } of executions.filter((one) => made.has(one.id))) {
      if (skip !== null) {
        const about = { package: packageName, check: definition.name }
        const skipped = testcaseResults(about, { outcome: 'skipped', note: skip }, [])
        await inside.results.insert(id, skipped, createdAt)
      }
      await announce(inside, id, skip === null ? 'scheduled' : 'finished', createdAt)
    }
}
