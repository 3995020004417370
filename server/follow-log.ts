/** Follows the log of an execution while it is written, from one attempt to the next, until the execution is finished. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { lookLimits, type LogLooks } from './log-looks.ts'
import type { StreamLimits } from './stream-places.ts'

/** Nothing that a runner runs takes longer than a day, but whoever follows asks again after a while. */
export const followLimits: StreamLimits = { all: 300, ofOne: 30, life: 6 * 60 * 60_000 }

/** Writes to `response` and ends it. Ends early when the client goes away, or has followed for as long as it may. */
export async function followLog(look: LogLooks, execution: string, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.flushHeaders()
  const until = Date.now() + followLimits.life
  let attempt = 1
  let offset = 0
  while (!gone.signal.aborted && Date.now() < until) {
    const { state, attempt: newest, bytes } = await look(execution)
    const chunk = newest === 0 ? Buffer.alloc(0) : await bytes(attempt, offset)
    if (chunk.length > 0) {
      offset += chunk.length
      if (!response.write(chunk))
        await once(response, 'drain', { signal: gone.signal }).catch(() => undefined)
    } else if (attempt < newest) {
      attempt += 1
      offset = 0
    } else if (state === 'finished') break
    else await sleep(lookLimits.age, undefined, { signal: gone.signal }).catch(() => undefined)
  }
  response.end()
}
