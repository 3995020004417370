/** Makes a site with a package, its checks and builds, through the same doors as everybody. */
import { randomUUID } from 'node:crypto'
import type { Check } from '../../core/check.ts'
import { parsePackage } from '../../core/names.ts'
import type { BuildEvent } from '../../server/flows/parse-event.ts'
import { receiveEvent, type Received } from '../../server/flows/receive-event.ts'
import type { Services } from '../../server/services.ts'
import type { Package } from '../../server/store/packages.ts'
import type { BuildData } from '../../schemas/types.gen.ts'
import { sampleCheck } from './checks.ts'

export const commit = 'a'.repeat(40)

/** The package deb/hello, maintained by ann, with `checks` registered on its default branch. */
export const addHello = (services: Pick<Services, 'stores' | 'now'>, checks?: Check[]): Promise<Package> =>
  addPackage(services, 'deb/hello', checks)

/** The same of any package. */
export async function addPackage(
  { stores, now }: Pick<Services, 'stores' | 'now'>,
  name: string,
  checks: Check[] = [sampleCheck({ for: [name] })],
): Promise<Package> {
  const added = await stores.packages.ensure(parsePackage(name), now())
  await stores.packages.addMaintainer(added.id, 'ann')
  const registration = {
    packageId: added.id,
    branch: 'main',
    commit,
    pushedBy: 'ann',
    checks,
    createdAt: now(),
  }
  await stores.registrations.add(registration, true)
  return added
}

export function buildEvent(build: Partial<BuildData> = {}, id: string = randomUUID()): BuildEvent {
  const data = { package: 'deb/hello', release: 'bookworm', version: '2.10-3', ...build }
  const event = { source: 'urn:test', id, type: 'dev.assay.build.completed.v1' }
  return { ...event, body: JSON.stringify({ specversion: '1.0', ...event, data }), build: data }
}

export const announce = (services: Services, build: Partial<BuildData> = {}): Promise<Received> =>
  receiveEvent(services, buildEvent(build))

/** Announces a build of deb/hello and returns the id of its one execution. */
export async function oneExecution(services: Services): Promise<string> {
  const { executions } = await announce(services)
  if (executions.length !== 1) throw new Error(`${executions.length} executions instead of one`)
  return executions[0]!.id
}
