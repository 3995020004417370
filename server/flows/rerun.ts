/** The same check of the same commit on the same build once more, as an execution of its own. */
import { v7 as uuid } from 'uuid'
import { fitted } from '../../core/check-bounds.ts'
import { AppError } from '../../core/errors.ts'
import { priorities } from '../../core/priority.ts'
import type { Services } from '../services.ts'
import type { Execution, NewExecution } from '../store/executions.ts'
import { createExecutions } from './create-executions.ts'
import { offer } from './offer.ts'
import { describeSite, missing, refusal } from './site.ts'

/** Returns the new execution. Throws NOT_FINISHED while the old one still runs, and NOT_FOUND. */
export async function rerun(services: Services, id: string, user: string): Promise<Execution> {
  const { stores } = services
  const old = await stores.executions.get(id)
  if (old.state !== 'finished')
    throw new AppError(
      'NOT_FINISHED',
      409,
      `Execution ${id} is still ${old.state}: wait for it, or cancel it first.`,
    )
  const site = await describeSite(services)
  const again: NewExecution = {
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
  await services.transaction((inside) =>
    createExecutions(inside, [{ packageName: old.package, executions: [again] }]),
  )
  if (again.skip === null) await offer(services, [again])
  return stores.executions.get(again.id)
}
