/** New executions as rows; those that can never run here are finished from the start and leave their result. */
import type { Stores } from '../store/stores.ts'
import { announce } from './announce.ts'
import type { NewExecution } from '../store/executions.ts'
import type { Site } from './site.ts'
import { testcaseResults } from './testcases.ts'

export interface PlannedExecutions {
  /** Whose build they check. */
  packageName: string
  executions: readonly NewExecution[]
}

/**
 * Run it in the transaction of what caused them. Returns them as they were made: what is more than may wait of a package is
 * skipped, so that its build says why nothing ran.
 */
export async function createExecutions(
  inside: Pick<Stores, 'executions' | 'results' | 'builds' | 'outbox'>,
  planned: readonly PlannedExecutions[],
  site: Pick<Site, 'waitingPerPackage'>,
): Promise<NewExecution[]> {
  const bounded = await withinQueue(inside, planned, site)
  const made = await inside.executions.insert(bounded.flatMap(({ executions }) => executions))
  for (const { packageName, executions } of bounded)
    for (const { id, definition, skip, createdAt } of executions.filter((one) => made.has(one.id))) {
      if (skip !== null) {
        const about = { package: packageName, check: definition.name }
        const skipped = testcaseResults(about, { outcome: 'skipped', note: skip }, [])
        await inside.results.insert(id, skipped, createdAt)
      }
      await announce(inside, id, skip === null ? 'scheduled' : 'finished', createdAt)
    }
  return bounded.flatMap(({ executions }) => executions)
}

async function withinQueue(
  inside: Pick<Stores, 'executions'>,
  planned: readonly PlannedExecutions[],
  { waitingPerPackage }: Pick<Site, 'waitingPerPackage'>,
): Promise<PlannedExecutions[]> {
  const packages = planned.flatMap(({ executions }) => executions.map(({ packageId }) => packageId))
  const waiting = await inside.executions.waitingOf(packages)
  return planned.map(({ packageName, executions }) => ({
    packageName,
    executions: executions.map((one) => {
      const before = waiting.get(one.packageId) ?? 0
      if (one.skip !== null) return one
      if (before >= waitingPerPackage) return { ...one, skip: tooManyWaiting(packageName, waitingPerPackage) }
      waiting.set(one.packageId, before + 1)
      return one
    }),
  }))
}

/** Why nothing more of the package is put in the queue. */
export const tooManyWaiting = (packageName: string, most: number): string =>
  `${most} executions of ${packageName} wait already, which is as many as may: rerun it once they are fewer, or cancel some.`
