/** An event arrived: remember it and its build before it is acknowledged, then make its executions. Safe to repeat. */
import { v7 as uuid } from 'uuid'
import { AppError } from '../../core/errors.ts'
import { kernelArch, parsePackage } from '../../core/names.ts'
import type { Services } from '../services.ts'
import type { Build, NewBuild } from '../store/builds.ts'
import type { NewEvent } from '../store/events.ts'
import type { Execution } from '../store/executions.ts'
import type { Package } from '../store/packages.ts'
import { offer } from './offer.ts'
import type { BuildEvent } from './parse-event.ts'
import { scheduleBuild } from './schedule-build.ts'

export interface Received {
  build: Build
  executions: Execution[]
  /** Whether the event had been received before. */
  repeated: boolean
}

/** Stores `event` once, however often it comes, and answers with its build and executions. Throws UNKNOWN_PACKAGE. */
export async function receiveEvent(services: Services, event: BuildEvent): Promise<Received> {
  const { stores } = services
  const before = await stores.events.find(event.source, event.id)
  if (!before) await storeEvent(services, event, await knownPackage(services, event.build.package))
  const stored = await stores.events.find(event.source, event.id)
  if (stored?.buildId == null) throw new Error(`event ${event.id} of ${event.source} has no build`)
  await scheduleBuild(services, stored)
  const executions = (await stores.executions.ofBuild(stored.buildId)).filter(
    ({ rerunOf }) => rerunOf === null,
  )
  await offer(
    services,
    executions.filter(({ state }) => state === 'scheduled'),
  )
  return { build: await stores.builds.get(stored.buildId), executions, repeated: before !== null }
}

async function knownPackage({ stores }: Services, name: string): Promise<Package> {
  const found = await stores.packages.find(parsePackage(name))
  if (found) return found
  throw new AppError(
    'UNKNOWN_PACKAGE',
    404,
    `Nobody added ${name} here: \`assay package add ${name}\` does.`,
    { package: name },
  )
}

/** Event and build together, or neither: of two that race with the same event one stores both. */
async function storeEvent(services: Services, event: BuildEvent, { id: packageId }: Package): Promise<void> {
  const now = services.now()
  await services.transaction(async ({ events, builds }) => {
    const isNew = await events.insert(toStored(event, now))
    if (!isNew) return
    const build = toBuild(event, packageId, now)
    await builds.insert(build)
    await events.setBuild(event.source, event.id, build.id)
  })
}

const toStored = ({ source, id, type, body }: BuildEvent, receivedAt: string): NewEvent => ({
  source,
  eventId: id,
  type,
  body,
  receivedAt,
  buildId: null,
})

const toBuild = ({ build, awaits }: BuildEvent, packageId: number, createdAt: string): NewBuild => ({
  id: uuid(),
  packageId,
  release: build.release,
  version: build.version,
  architectures: [...new Set((build.architectures ?? ['x86_64']).map(kernelArch))],
  artifacts: build.artifacts ?? [],
  origin: build.origin ?? null,
  awaits,
  createdAt,
})
