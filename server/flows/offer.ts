/** Puts what waits for a runner into the queue. Safe to repeat; what fails is done again by the sweep. */
import { priorities } from '../../core/priority.ts'
import type { Services } from '../services.ts'
import type { Waiting } from '../store/executions.ts'

/** How many the sweep offers at a time: those that give way last, else the oldest first; the others follow as these are claimed. */
const batch = 1000

type Needs = Pick<Services, 'stores' | 'queue' | 'log'>

/** Offers these executions. Never fails: the rows are the truth, and the sweep offers again what is not in the queue. */
export async function offer(services: Omit<Needs, 'stores'>, waiting: readonly Waiting[]): Promise<void> {
  const ids = waiting.map(({ id }) => id)
  await put(services, waiting).catch((error: unknown) =>
    services.log.debug({ err: error, ids }, 'not offered yet'),
  )
}

/** Offers whatever is scheduled. Throws QUEUE_UNAVAILABLE. */
export async function offerScheduled({ stores, queue }: Omit<Needs, 'log'>): Promise<void> {
  await put({ queue }, await stores.executions.waiting(batch))
}

async function put({ queue }: Pick<Services, 'queue'>, waiting: readonly Waiting[]): Promise<void> {
  for (const priority of Object.values(priorities)) {
    const ids = waiting.filter((one) => one.priority === priority).map(({ id }) => id)
    if (ids.length > 0) await queue.offer(ids, priority)
  }
}
