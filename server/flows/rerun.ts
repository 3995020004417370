/** The same check of the same commit on the same build once more, as an execution of its own. */
import { v7 as uuid } from 'uuid'
import { fitted } from '../../core/check-bounds.ts'
import { AppError } from '../../core/errors.ts'
import { priorities } from '../../core/priority.ts'
import type { Services } from '../services.ts'
import type { Execution, NewExecution } from '../store/executions.ts'
import type { Stores } from '../store/stores.ts'
import { createExecutions, tooManyWaiting } from './create-executions.ts'
import { offer } from './offer.ts'
import { describeSite, missing, refusal, type Site } from './site.ts'

/**
 * Returns the new execution. Throws NOT_FINISHED while the old one still runs, NOT_FOUND, TOO_MANY_RERUNS, and
 * TOO_MANY_WAITING where its package has as many waiting as may.
 */
export async function rerun(services: Services, id: string, user: string): Promise<Execution> {
  services.rerunRate.count(user)
  return again(services, id, user)
}

/** The same of several that belong together. */
export async function rerunAll(services: Services, ids: readonly string[], user: string): Promise<void> {
  services.rerunRate.count(user, ids.length)
  for (const id of ids) await again(services, id, user)
}

async function again(services: Services, id: string, user: string): Promise<Execution> {
  const { stores } = services
  const old = await stores.executions.get(id)
  if (old.state !== 'finished')
    throw new AppError(
      'NOT_FINISHED',
      409,
      `Execution ${id} is still ${old.state}: wait for it, or cancel it first.`,
    )
  const site = await describeSite(services)
  const next: NewExecution = {
    ...old,
    definition: fitted(old.definition, site.bounds),
    id: uuid(),
    key: `${old.key.split('|rerun-')[0] ?? ''}|rerun-${uuid()}`,
    priority: priorities.normal,
    rerunOf: id,
    requestedBy: user,
    createdAt: services.now(),
    skip:
      refusal(site, old.definition, old.arch) ??
      missing(await stores.builds.get(old.buildId), old.definition),
  }
  await services.transaction(async (inside) => {
    if (next.skip === null) await assertRoom(inside, old, site)
    await createExecutions(inside, [{ packageName: old.package, executions: [next] }], site)
  })
  if (next.skip === null) await offer(services, [next])
  return stores.executions.get(next.id)
}

async function assertRoom(
  { executions }: Pick<Stores, 'executions'>,
  { packageId, package: name }: Pick<Execution, 'packageId' | 'package'>,
  { waitingPerPackage }: Site,
): Promise<void> {
  const waiting = (await executions.waitingOf([packageId])).get(packageId) ?? 0
  if (waiting >= waitingPerPackage)
    throw new AppError('TOO_MANY_WAITING', 429, tooManyWaiting(name, waitingPerPackage))
}
