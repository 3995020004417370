/** Puts what waits for a runner into the queue. Safe to repeat; what fails is done again by the sweep. */
import type { Services } from '../services.ts'

/** How many the sweep offers at a time: the oldest first, the others follow as these are claimed. */
const batch = 1000

type Needs = Pick<Services, 'stores' | 'queue' | 'log'>

/** Offers these executions. Never fails: the rows are the truth, and the sweep offers again what is not in the queue. */
export async function offer({ queue, log }: Omit<Needs, 'stores'>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await queue.offer(ids).catch((error: unknown) => log.debug({ err: error, ids }, 'not offered yet'))
}

/** Offers whatever is scheduled. Throws QUEUE_UNAVAILABLE. */
export async function offerScheduled({ stores, queue }: Omit<Needs, 'log'>): Promise<void> {
  const ids = await stores.executions.scheduledIds(batch)
  if (ids.length > 0) await queue.offer(ids)
}
