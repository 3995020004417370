/**
 * Something happened that is no build: checks that ask for it run on the newest build of their package for each release.
 * The event and their executions are stored together. Safe to repeat.
 */
import { answers, packageNamed, type Attributes } from '../../core/event-filter.ts'
import type { MatchableRegistration, Trigger } from '../../core/matching.ts'
import { fullName, isShared } from '../../core/names.ts'
import { priorities } from '../../core/priority.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'
import type { Stores } from '../store/stores.ts'
import { createExecutions, type PlannedExecutions } from './create-executions.ts'
import { offer } from './offer.ts'
import { executionsFor } from './schedule-build.ts'
import { describeSite, type Site } from './site.ts'

/** Releases of one package that an event runs checks for: those with the newest builds. */
const releases = 10

export interface OtherEvent {
  source: string
  id: string
  type: string
  attributes: Attributes
  /** The event as JSON text in structured form. */
  body: string
}

export interface Triggered {
  /** Ids of its executions. */
  executions: string[]
  /** Whether it had been received before. */
  repeated: boolean
}

/**
 * null: no check asks for it, and nothing is kept of it.
 * `listening`: the registrations with checks that ask for any such event, for whoever has them at hand.
 */
export async function triggerChecks(
  services: Services,
  event: OtherEvent,
  listening?: readonly MatchableRegistration[],
): Promise<Triggered | null> {
  const { stores } = services
  const concerned = await packagesConcerned(
    stores,
    listening ?? (await stores.registrations.listening()),
    event.attributes,
  )
  if (concerned.length === 0) return null
  const site = await describeSite(services)
  const made = await services.transaction(async (inside) => {
    const now = services.now()
    const { source, id: eventId, type, body } = event
    const row = { source, eventId, type, body, receivedAt: now, buildId: null, scheduledAt: now }
    const isNew = await inside.events.insert(row)
    const stored = await inside.events.find(source, eventId)
    if (!isNew || !stored) return null
    const trigger = { id: stored.id, attributes: event.attributes }
    const planned: PlannedExecutions[] = []
    for (const one of concerned) planned.push(...(await planFor(inside, one, { trigger, site, now })))
    return createExecutions(inside, planned, site)
  })
  if (made === null) return { executions: await before(services, event), repeated: true }
  await offer(
    services,
    made.filter(({ skip }) => skip === null),
  )
  return { executions: made.map(({ id }) => id), repeated: false }
}

async function before({ stores }: Services, { source, id }: OtherEvent): Promise<string[]> {
  const stored = await stores.events.find(source, id)
  return stored ? stores.executions.idsOfEvent(stored.id) : []
}

/** Packages on whose builds some check wants to run now. */
async function packagesConcerned(
  { packages }: Stores,
  listening: readonly MatchableRegistration[],
  attributes: Attributes,
): Promise<Package[]> {
  const about = packageNamed(attributes)
  const names = listening
    .filter(({ repository, checks }) =>
      checks.some(({ on }) => on !== 'build' && answers(on, attributes, repository)),
    )
    .map(({ repository }) => (isShared(repository.namespace) ? about : fullName(repository)))
    .filter((name) => name !== null)
  return [...(await packages.byName(names)).values()]
}

interface Circumstances {
  trigger: Trigger
  site: Site
  now: string
}

async function planFor(
  { builds, registrations, executions }: Stores,
  one: Package,
  { trigger, site, now }: Circumstances,
): Promise<PlannedExecutions[]> {
  const candidates = (await registrations.candidatesOf([one.id])).of(fullName(one))
  const planned: PlannedExecutions[] = []
  for (const build of await builds.newestOfReleases(one.id, releases)) {
    if (build.files?.state === 'awaited') continue
    const under = await executions.unfinishedOf(build.id)
    const called = executionsFor({ build, site, now, priority: priorities.normal, trigger }, candidates)
    const wanted = called.filter(
      // What still waits or runs on the same build will say what this would say.
      ({ definition, repository, arch }) =>
        !under.some(
          (one) => one.check === definition.name && one.repository === repository && one.arch === arch,
        ),
    )
    planned.push({ packageName: build.package, executions: wanted })
  }
  return planned
}
