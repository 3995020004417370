/** Somebody who may wants what an execution left to be kept, whatever its age and size, or no more. Safe to repeat. */
import { AppError } from '../../core/errors.ts'
import { fileLimitsOf } from '../../core/file-limits.ts'
import { retentionOf } from '../../core/retention.ts'
import { requireHeld } from '../require-held.ts'
import type { Services } from '../services.ts'

type Needs = Pick<Services, 'stores' | 'now' | 'baseUrl' | 'settings'>

/**
 * `by`: null to take the mark away. Throws FILES_EXPIRED when they have gone, NOTHING_LEFT before the first attempt, and
 * TOO_MUCH_KEPT where the package has as much to be kept as it may.
 */
export async function keepFiles(services: Needs, id: string, by: string | null): Promise<void> {
  const { holdings } = services.stores
  if (by !== null) await assertRoom(services, id)
  if (await holdings.mark(id, by === null ? null : { at: services.now(), by })) return
  await requireHeld(services, id)
  throw new AppError('NOTHING_LEFT', 409, `Execution ${id} has not left anything yet that could be kept.`)
}

async function assertRoom({ stores, settings }: Needs, id: string): Promise<void> {
  const { keptBytes } = retentionOf(settings)
  const holding = await stores.holdings.of(id)
  if (keptBytes === null || !holding || holding.kept || holding.expired) return
  const { packageId, package: name } = await stores.executions.get(id)
  // What still grows may become as much as an attempt may leave.
  const { artifactsBytes, logBytes } = fileLimitsOf(settings)
  const most = artifactsBytes + logBytes
  if ((await stores.holdings.keptOf(packageId, most)) + (holding.bytes ?? most) <= keptBytes) return
  throw new AppError(
    'TOO_MUCH_KEPT',
    409,
    `With these, ${name} would have more than ${keptBytes / 1024 ** 2} MiB to be kept: let go of others first (assay keep UUID --off).`,
  )
}
