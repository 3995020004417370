/**
 * Builds were announced: what was said, the builds and their executions are stored together, however many there are, in one
 * transaction. Safe to repeat.
 */
import { v7 as uuid } from 'uuid'
import { AppError } from '../../core/errors.ts'
import { kernelArch } from '../../core/names.ts'
import type { Services } from '../services.ts'
import type { Build, NewBuild } from '../store/builds.ts'
import type { NewEvent, StoredEvent } from '../store/events.ts'
import type { Package } from '../store/packages.ts'
import type { Stores } from '../store/stores.ts'
import { createExecutions } from './create-executions.ts'
import { offer } from './offer.ts'
import type { BuildEvent } from './parse-event.ts'
import { priorityOf } from './rate-limits.ts'
import { executionsFor, scheduleAndOffer, type Circumstances } from './schedule-build.ts'
import { describeSite } from './site.ts'
import { supersede } from './supersede.ts'

export interface ReceivedEvent {
  buildId: string
  /** Whether the event had been received before. */
  repeated: boolean
}

/** Stores each event once, however often it comes; answers in their order. Throws UNKNOWN_PACKAGE, and stores none then. */
export async function receiveEvents(
  services: Services,
  events: readonly BuildEvent[],
): Promise<ReceivedEvent[]> {
  const { stores } = services
  const distinct = new Map(events.map((event) => [keyOf(event), event]))
  const before = byKey(await stores.events.findAll([...distinct.values()]))
  const fresh = [...distinct].filter(([key]) => !before.has(key)).map(([, event]) => event)
  const stored = await storeAll(services, fresh)
  const others = [...distinct.values()].filter((event) => !stored.has(keyOf(event)))
  // Of those that race with the same event one has stored it by now.
  const found = byKey(await stores.events.findAll(others))
  // A crash, or whoever stored it without its executions, is made up for.
  for (const event of found.values()) if (event.scheduledAt === null) await scheduleAndOffer(services, event)
  const seen = new Set<string>()
  return events.map((event) => {
    const key = keyOf(event)
    const buildId = stored.get(key) ?? found.get(key)?.buildId
    if (buildId == null) throw new Error(`event ${event.id} of ${event.source} has no build`)
    const repeated = !stored.has(key) || seen.has(key)
    seen.add(key)
    return { buildId, repeated }
  })
}

const keyOf = ({ source, id }: Pick<BuildEvent, 'source' | 'id'>): string => `${source}\n${id}`

const byKey = (events: readonly StoredEvent[]): Map<string, StoredEvent> =>
  new Map(events.map((event) => [keyOf({ source: event.source, id: event.eventId }), event]))

interface Announced {
  event: BuildEvent
  build: Build
}

/** Ids of the builds, by key; without those whose events somebody else has just stored. */
async function storeAll(services: Services, events: readonly BuildEvent[]): Promise<Map<string, string>> {
  if (events.length === 0) return new Map()
  const packages = await packagesOf(services, events)
  const site = await describeSite(services)
  const rules = services.settings.rules ?? {}
  const { stored, executions } = await services.transaction(async (inside) => {
    const now = services.now()
    const stored = await insertAll(
      inside,
      events.map((event) => ({ event, build: toBuild(event, packages, now) })),
      now,
    )
    const builds = stored.map(({ build }) => build)
    const circumstances = { site, priority: await priorityOf(inside, rules, now), now }
    const executions = await schedule(inside, builds, circumstances)
    if (rules.supersede) for (const build of builds) await supersede(inside, build, now)
    return { stored, executions }
  })
  await offer(
    services,
    executions.filter(({ skip }) => skip === null),
  )
  return new Map(stored.map(({ event, build }) => [keyOf(event), build.id]))
}

/** Throws UNKNOWN_PACKAGE. */
async function packagesOf(
  { stores }: Services,
  events: readonly BuildEvent[],
): Promise<Map<string, Package>> {
  const names = events.map(({ build }) => build.package)
  const packages = await stores.packages.byName(names)
  const unknown = names.find((name) => !packages.has(name))
  if (unknown === undefined) return packages
  throw new AppError(
    'UNKNOWN_PACKAGE',
    404,
    `Nobody added ${unknown} here: \`assay package add ${unknown}\` does.`,
    { package: unknown },
  )
}

async function insertAll(
  { builds, events }: Stores,
  announced: readonly Announced[],
  now: string,
): Promise<Announced[]> {
  await builds.insert(announced.map(({ event, build }): NewBuild => ({ ...build, awaits: event.awaits })))
  const isNew = await events.insertAll(announced.map((one) => toStored(one, now)))
  const lost = announced.filter(({ build }) => !isNew.has(build.id))
  await builds.removeAll(lost.map(({ build }) => build.id))
  return announced.filter(({ build }) => isNew.has(build.id))
}

async function schedule(
  inside: Stores,
  builds: readonly Build[],
  circumstances: Omit<Circumstances, 'build'>,
) {
  const ready = builds.filter(({ files }) => files?.state !== 'awaited')
  const candidates = await inside.registrations.candidatesOf(ready.map(({ packageId }) => packageId))
  const planned = ready.map((build) => ({
    packageName: build.package,
    executions: executionsFor({ ...circumstances, build }, candidates.of(build.package)),
  }))
  return createExecutions(inside, planned, circumstances.site)
}

const toStored = ({ event, build }: Announced, now: string): NewEvent => ({
  source: event.source,
  eventId: event.id,
  type: event.type,
  body: event.body,
  receivedAt: now,
  buildId: build.id,
  scheduledAt: event.awaits ? null : now,
})

function toBuild({ build, awaits }: BuildEvent, packages: ReadonlyMap<string, Package>, now: string): Build {
  const known = packages.get(build.package)
  if (!known) throw new TypeError('unreachable')
  return {
    id: uuid(),
    packageId: known.id,
    package: build.package,
    release: build.release,
    version: build.version,
    architectures: [...new Set((build.architectures ?? ['x86_64']).map(kernelArch))],
    artifacts: build.artifacts ?? [],
    origin: build.origin ?? null,
    subject: build.subject ?? null,
    files: awaits ? { ...awaits, state: 'awaited', note: null } : null,
    createdAt: now,
  }
}
