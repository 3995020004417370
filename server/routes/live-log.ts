/** An attempt's log as server-sent events while it is written; the id of each says where to go on after a break. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Router, type Request, type Response } from 'express'
import { AppError } from '../../core/errors.ts'
import { visible } from '../../core/visible.ts'
import { lastLineEnd, split } from '../log-part.ts'
import { readable } from '../pages/terminal-text.ts'
import { logLooks, lookLimits, type LogLooks } from '../log-looks.ts'
import { parseId } from '../parse-id.ts'
import { textFrom } from '../query.ts'
import { streamPlaces } from '../stream-places.ts'
import type { Services } from '../services.ts'

/** Streams at a time and of one address, milliseconds of the longest, between two looks, and between signs of life. */
export const liveLimits = { all: 100, ofOne: 20, life: 30 * 60_000, pause: 500, beat: 15_000 }

/** How far a reader has come. */
interface Position {
  attempt: number
  offset: number
}

export function liveLogRoutes(services: Services): Router {
  const router = Router()
  const look = logLooks(services)
  const places = streamPlaces(liveLimits)
  router.get('/executions/:uuid/live', async (request, response) => {
    const { id } = await services.stores.executions.get(parseId('execution', request.params.uuid))
    const position = positionOf(request)
    const leave = places.take(request)
    response.set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    if (request.method === 'HEAD') {
      leave()
      response.end()
      return
    }
    await stream(look, id, position, response).finally(leave)
  })
  return router
}

/** Writes to `response` until the attempt is over, the client is gone, or the stream is old: browsers come back. */
async function stream(
  look: LogLooks,
  execution: string,
  { attempt, offset }: Position,
  response: Response,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  response.write('retry: 2000\n\n')
  const begun = Date.now()
  let said = begun
  while (!gone.signal.aborted && Date.now() - begun < liveLimits.life) {
    const { state, attempt: newest, bytes } = await look(execution)
    const over = state !== 'running' || newest !== attempt
    const chunk = await bytes(attempt, offset)
    const isLast = over && chunk.length < lookLimits.chunk
    const end = isLast ? chunk.length : lastLineEnd(chunk, lookLimits.chunk)
    if (end > 0) {
      offset += end
      said = Date.now()
      await write(response, event(`${attempt}-${offset}`, chunk.subarray(0, end)), gone.signal)
    }
    if (isLast) {
      response.write('event: end\ndata:\n\n')
      break
    }
    if (Date.now() - said > liveLimits.beat) {
      said = Date.now()
      await write(response, ':\n\n', gone.signal)
    }
    if (end === 0) await sleep(liveLimits.pause, undefined, { signal: gone.signal }).catch(() => undefined)
  }
  response.end()
}

async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (!response.write(text)) await once(response, 'drain', { signal }).catch(() => undefined)
}

const event = (id: string, bytes: Buffer): string =>
  `id: ${id}\n${split(bytes)
    .map((line) => `data: ${visible(readable(line))}\n`)
    .join('')}\n`

/** Browsers say where they were cut off by a header; the page says where its own lines end. */
function positionOf(request: Request): Position {
  const text = request.get('last-event-id') ?? textFrom(request.query, 'after') ?? '1-0'
  const match = /^([1-9]\d{0,3})-(\d{1,9})$/.exec(text)
  if (!match) throw new AppError('BAD_QUERY', 400, 'after is an attempt and bytes of its log, such as 1-0.')
  return { attempt: Number(match[1]), offset: Number(match[2]) }
}
