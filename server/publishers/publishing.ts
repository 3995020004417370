/** Sends what waits in the outbox: at least once, in order per subject, each publisher at its own pace. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterRefusal, pauseAfter } from '../../core/delivery.ts'
import type { Services } from '../services.ts'
import type { Delivery } from '../store/outbox.ts'
import { Unreachable, type Publisher } from './publisher.ts'

type Needs = Pick<Services, 'stores' | 'log' | 'now'>

/** Milliseconds between two looks into an outbox that was empty. */
const idle = 500
const longestProblem = 1_000

/**
 * Sends once what `publisher` may send now and returns how many it took. Throws Unreachable when the other side takes
 * nothing now; what it had not confirmed then is sent again, under the same ids.
 */
export async function deliverDue(needs: Needs, publisher: Publisher): Promise<number> {
  const due = await needs.stores.outbox.due(publisher.name, needs.now(), publisher.width)
  const tried = await Promise.allSettled(due.map((delivery) => deliver(needs, publisher, delivery)))
  for (const one of tried) if (one.status === 'rejected') throw one.reason
  return due.length
}

async function deliver({ stores, log, now }: Needs, publisher: Publisher, delivery: Delivery): Promise<void> {
  try {
    await publisher.send(delivery)
  } catch (error) {
    if (error instanceof Unreachable) throw error
    const refusals = delivery.refusals + 1
    const step = afterRefusal(refusals)
    const problem = (error as Error).message.slice(0, longestProblem)
    const time = now()
    const dueAt = new Date(Date.parse(time) + pauseAfter(refusals, 'refused')).toISOString()
    await stores.outbox.advance(delivery, step, { now: time, dueAt, problem })
    log.warn(
      { publisher: publisher.name, message: delivery.messageId, step, problem },
      'a message was refused',
    )
    return
  }
  await stores.outbox.advance(delivery, 'confirm', { now: now() })
}

/** Keeps sending until closed; close() waits for what is under way. */
export function startPublishing(
  needs: Needs,
  publishers: readonly Publisher[],
): { close: () => Promise<void> } {
  const closing = new AbortController()
  const loops = publishers.map((publisher) => keepDelivering(needs, publisher, closing.signal))
  return {
    async close() {
      closing.abort()
      await Promise.all(loops)
      await Promise.all(publishers.map((publisher) => publisher.close()))
    },
  }
}

async function keepDelivering(needs: Needs, publisher: Publisher, closing: AbortSignal): Promise<void> {
  let failures = 0
  while (!closing.aborted) {
    let pause: number
    try {
      pause = (await deliverDue(needs, publisher)) > 0 ? 0 : idle
      failures = 0
    } catch (error) {
      failures += 1
      pause = pauseAfter(failures, 'unreachable')
      needs.log.warn({ err: error, publisher: publisher.name, pause }, 'a publisher pauses')
    }
    if (pause > 0) await sleep(pause, undefined, { signal: closing }).catch(() => undefined)
  }
}
