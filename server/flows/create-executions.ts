/** New executions as rows; those that can never run here are finished from the start and leave their result. */
import type { Stores } from '../store/stores.ts'
import { announce } from './announce.ts'
import type { NewExecution } from '../store/executions.ts'
import { testcaseResults } from './testcases.ts'

/** `packageName`: whose build they check. Run it in the transaction of what caused them. */
export async function createExecutions(
  inside: Pick<Stores, 'executions' | 'results' | 'builds' | 'outbox'>,
  packageName: string,
  planned: readonly NewExecution[],
): Promise<void> {
  const made = await inside.executions.insert(planned)
  for (const { id, definition, skip, createdAt } of planned.filter((one) => made.has(one.id))) {
    if (skip !== null) {
      const about = { package: packageName, check: definition.name }
      const skipped = testcaseResults(about, { outcome: 'skipped', note: skip }, [])
      await inside.results.insert(id, skipped, createdAt)
    }
    await announce(inside, id, skip === null ? 'scheduled' : 'finished', createdAt)
  }
}
