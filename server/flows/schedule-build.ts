/** From a stored event to its executions: matching decides, one transaction writes. Safe to repeat. */
import { v7 as uuid } from 'uuid'
import { fitted } from '../../core/check-bounds.ts'
import { plan, type MatchableRegistration, type Planned, type Trigger } from '../../core/matching.ts'
import type { Priority } from '../../core/priority.ts'
import type { Services } from '../services.ts'
import type { Build } from '../store/builds.ts'
import type { StoredEvent } from '../store/events.ts'
import type { Execution, NewExecution } from '../store/executions.ts'
import { createExecutions } from './create-executions.ts'
import { offer } from './offer.ts'
import { priorityOf } from './rate-limits.ts'
import { describeSite, missing, refusal, type Site } from './site.ts'
import { supersede } from './supersede.ts'

/** Makes the executions that the event's build calls for, unless it has them already or awaits its files. */
export async function scheduleBuild(
  services: Services,
  event: Pick<StoredEvent, 'id' | 'buildId'>,
): Promise<void> {
  const { buildId } = event
  if (buildId === null) return
  const site = await describeSite(services)
  const rules = services.settings.rules ?? {}
  await services.transaction(async (inside) => {
    const { events, builds, registrations } = inside
    const now = services.now()
    const build = await builds.get(buildId)
    if (build.files?.state === 'awaited') return
    if (!(await events.markScheduled(event.id, now))) return
    const candidates = await registrations.candidatesOf([build.packageId])
    const circumstances = { build, site, priority: await priorityOf(inside, rules, now), now }
    const executions = executionsFor(circumstances, candidates.of(build.package))
    await createExecutions(inside, [{ packageName: build.package, executions }], site)
    if (rules.supersede) await supersede(inside, build, now)
  })
}

/** The same, and offers what of its build waits. Returns its build's executions. */
export async function scheduleAndOffer(
  services: Services,
  event: Pick<StoredEvent, 'id' | 'buildId'>,
): Promise<Execution[]> {
  await scheduleBuild(services, event)
  const executions = event.buildId === null ? [] : await services.stores.executions.ofBuild(event.buildId)
  await offer(
    services,
    executions.filter(({ state }) => state === 'scheduled'),
  )
  return executions
}

/** Makes up for events whose executions a crash kept from being made. */
export async function scheduleMissed(services: Services): Promise<void> {
  for (const event of await services.stores.events.unscheduled(100)) await scheduleBuild(services, event)
}

export interface Circumstances {
  build: Build
  site: Site
  priority: Priority
  now: string
  /** What calls for them on a build that has long been there; absent: the build itself. */
  trigger?: Trigger
}

/** The executions that are called for on the build under these circumstances. */
export const executionsFor = (
  circumstances: Circumstances,
  candidates: readonly MatchableRegistration[],
): NewExecution[] => {
  const { build, site, trigger } = circumstances
  return plan(build, candidates, site.architectures, trigger).map((planned) =>
    toExecution(planned, circumstances),
  )
}

const toExecution = (
  planned: Planned,
  { build, site, priority, now, trigger }: Circumstances,
): NewExecution => ({
  id: uuid(),
  key: planned.key,
  packageId: build.packageId,
  buildId: build.id,
  registrationId: planned.registrationId,
  repository: planned.repository,
  commit: planned.commit,
  definition: fitted(planned.check, site.bounds),
  arch: planned.arch,
  priority,
  rerunOf: null,
  requestedBy: null,
  eventId: trigger?.id ?? null,
  createdAt: now,
  skip: refusal(site, planned.check, planned.arch) ?? missing(build, planned.check),
})
