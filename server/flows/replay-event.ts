/**
 * An event that is kept is scheduled again: the executions that its build calls for now and does not have are made, and
 * files of it that were given up are looked for again.
 */
import { AppError } from '../../core/errors.ts'
import type { Services } from '../services.ts'
import type { StoredEvent } from '../store/events.ts'
import type { Execution } from '../store/executions.ts'
import { scheduleAndOffer } from './schedule-build.ts'

/** Returns the executions that are new. Safe to repeat. Throws NOT_FOUND, and NO_BUILD where it announced none. */
export async function replayEvent(
  services: Services,
  id: number,
): Promise<{ event: StoredEvent; executions: Execution[] }> {
  const { stores } = services
  const { buildId } = await stores.events.get(id)
  if (buildId === null)
    throw new AppError('NO_BUILD', 409, `Event ${id} announced no build: there is nothing to schedule.`)
  const before = new Set((await stores.executions.ofBuild(buildId)).map((execution) => execution.id))
  await stores.events.markUnscheduled(id)
  await stores.builds.awaitFiles(buildId)
  const all = await scheduleAndOffer(services, { id, buildId })
  const executions = all.filter((one) => !before.has(one.id))
  return { event: await stores.events.get(id), executions }
}
