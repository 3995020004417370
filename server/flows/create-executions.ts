/** New executions as rows; those that can never run here are finished from the start and leave their result. */
import type { Stores } from '../store/stores.ts'
import type { NewExecution } from '../store/executions.ts'
import { testcaseResults } from './testcases.ts'

/** `packageName`: whose build they check. Run it in the transaction of what caused them. */
export async function createExecutions(
  inside: Pick<Stores, 'executions' | 'results'>,
  packageName: string,
  planned: readonly NewExecution[],
): Promise<void> {
  await inside.executions.insert(planned)
  for (const { id, definition, skip, createdAt } of planned) {
    if (skip === null) continue
    const about = { package: packageName, check: definition.name }
    await inside.results.insert(id, testcaseResults(about, { outcome: 'skipped', note: skip }, []), createdAt)
  }
}
