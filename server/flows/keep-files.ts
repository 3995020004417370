/** Somebody who may wants what an execution left to be kept, whatever its age and size, or no more. Safe to repeat. */
import { AppError } from '../../core/errors.ts'
import { requireHeld } from '../require-held.ts'
import type { Services } from '../services.ts'

/** `by`: null to take the mark away. Throws FILES_EXPIRED when they have gone, NOTHING_LEFT before the first attempt. */
export async function keepFiles(
  services: Pick<Services, 'stores' | 'now' | 'baseUrl'>,
  id: string,
  by: string | null,
): Promise<void> {
  const { holdings } = services.stores
  if (await holdings.mark(id, by === null ? null : { at: services.now(), by })) return
  await requireHeld(services, id)
  throw new AppError('NOTHING_LEFT', 409, `Execution ${id} has not left anything yet that could be kept.`)
}
