/** Follows the log of an execution while it is written, from one attempt to the next, until the execution is finished. */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Services } from './services.ts'

/** Milliseconds between two looks. */
const pause = 250

/** Writes to `response` and ends it. Ends early when the client goes away. */
export async function followLog(
  { stores, files }: Pick<Services, 'stores' | 'files'>,
  execution: string,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.flushHeaders()
  let attempt = 1
  let offset = 0
  while (!gone.signal.aborted) {
    // Asked before the log is read: what is finished then has no more log to come.
    const { state, attempt: newest } = await stores.executions.get(execution)
    const log = newest === 0 ? null : await files.log({ execution, attempt })
    if (log && log.size > offset) {
      for await (const chunk of log.read(offset, log.size))
        if (!response.write(chunk))
          await once(response, 'drain', { signal: gone.signal }).catch(() => undefined)
      offset = log.size
    } else if (attempt < newest) {
      attempt += 1
      offset = 0
    } else if (state === 'finished') break
    else await sleep(pause, undefined, { signal: gone.signal }).catch(() => undefined)
  }
  response.end()
}
