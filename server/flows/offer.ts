/** Puts what waits for a runner into the queue, in turns of packages. Safe to repeat; what fails is done again by the sweep. */
import { placeOf, ranked, type Waiting } from '../../core/priority.ts'
import type { Offered } from '../queue.ts'
import type { Services } from '../services.ts'

/** How many the sweep offers at a time, in the order of their turns; the others follow as these are claimed. */
const batch = 1000

type Needs = Pick<Services, 'stores' | 'queue' | 'log'>

/** Offers these executions. Never fails: the rows are the truth, and the sweep offers again what is not in the queue. */
export async function offer({ stores, queue, log }: Needs, waiting: readonly Waiting[]): Promise<void> {
  const [first] = waiting.map(({ id }) => id).sort()
  if (first === undefined) return
  try {
    const packages = waiting.map(({ packageId }) => packageId)
    const older = await stores.executions.older(packages, first)
    await queue.offer(ranked(waiting, older).map(toOffered))
  } catch (error) {
    log.debug({ err: error, ids: waiting.map(({ id }) => id) }, 'not offered yet')
  }
}

/**
 * Offers whatever is scheduled, and moves up what others of its package waited before: who has waited long is not
 * overtaken by all who come anew. Throws QUEUE_UNAVAILABLE.
 */
export async function offerScheduled({ stores, queue }: Omit<Needs, 'log'>): Promise<void> {
  const offered = (await stores.executions.waiting(batch)).map(toOffered)
  await queue.offer(offered)
  await queue.advance(offered)
}

const toOffered = (one: Parameters<typeof placeOf>[0] & { id: string }): Offered => ({
  id: one.id,
  place: placeOf(one),
})
