/**
 * Lets go of what executions left when it is too old or too much of one package. Results and lifecycle stay. Said first,
 * done then: whatever interrupts it, the next time goes on.
 */
import { keptSince, retentionOf, type ExpiryReason } from '../../core/retention.ts'
import type { Services } from '../services.ts'
import type { Unmeasured } from '../store/holdings.ts'

/** Executions that are dealt with at a time. */
const batch = 100

type Needs = Pick<Services, 'stores' | 'files' | 'uploads' | 'settings' | 'now' | 'log'>

export async function expireFiles(services: Needs): Promise<void> {
  for (const packageId of await measureFinished(services)) await fitPackage(services, packageId)
  await expireOld(services)
  await expireUploads(services)
  await clear(services)
}

/** Measures what finished executions left; returns the packages that now hold more. */
async function measureFinished({ stores, files }: Needs): Promise<Set<number>> {
  const grown = new Set<number>()
  const measure = async ({ executionId, packageId, finishedAt }: Unmeasured): Promise<void> => {
    await stores.holdings.measure(executionId, await files.usage(executionId), finishedAt)
    grown.add(packageId)
  }
  for (const finished of await stores.holdings.unmeasured(batch)) await measure(finished)
  return grown
}

async function fitPackage(services: Needs, packageId: number): Promise<void> {
  const { packageBytes } = retentionOf(services.settings)
  if (packageBytes === null) return
  const { holdings } = services.stores
  let excess = (await holdings.usage(packageId)) - packageBytes
  while (excess > 0) {
    const oldest = await holdings.oldestOf(packageId, batch)
    if (oldest.length === 0) return
    for (const { executionId, bytes } of oldest) {
      if (excess <= 0) return
      if (await letGo(services, executionId, 'size')) excess -= bytes
    }
  }
}

async function expireOld(services: Needs): Promise<void> {
  const { days } = retentionOf(services.settings)
  if (days === null) return
  for (const id of await services.stores.holdings.olderThan(keptSince(days, services.now()), batch))
    await letGo(services, id, 'age')
}

/** Files that were handed over for events go as logs do: nothing that still runs needs one that old. */
async function expireUploads({ stores, uploads, settings, now }: Needs): Promise<void> {
  const { days } = retentionOf(settings)
  if (days === null) return
  const before = keptSince(days, now())
  for (const sha256 of await stores.uploads.olderThan(before, batch))
    if (await stores.uploads.forget(sha256, before)) await uploads.remove(sha256)
}

/** False where somebody wanted it kept in the meantime. */
async function letGo({ stores, log, now }: Needs, executionId: string, why: ExpiryReason): Promise<boolean> {
  const gone = await stores.holdings.expire(executionId, why, now())
  if (gone) log.info({ execution: executionId, why }, 'the files that an execution left have expired')
  return gone
}

async function clear({ stores, files, now }: Needs): Promise<void> {
  for (const id of await stores.holdings.uncleared(batch)) {
    await files.remove(id)
    await stores.holdings.cleared(id, now())
  }
}
