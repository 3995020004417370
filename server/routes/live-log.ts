/** An attempt's log as server-sent events while it is written; the id of each says where to go on after a break. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Router, type Request, type Response } from 'express'
import { AppError } from '../../core/errors.ts'
import { visible } from '../pages/html.ts'
import { lastLineEnd, split } from '../pages/log-part.ts'
import { readable } from '../pages/terminal-text.ts'
import { bytesOf } from '../line-index.ts'
import { parseId } from '../parse-id.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'

/** Streams at a time, milliseconds between two looks, between signs of life and of a stream, bytes per event. */
export const liveLimits = { streams: 100, pause: 500, beat: 15_000, life: 30 * 60_000, chunk: 64 * 1024 }

/** How far a reader has come. */
interface Position {
  attempt: number
  offset: number
}

export function liveLogRoutes(services: Services): Router {
  const router = Router()
  let open = 0
  router.get('/executions/:uuid/live', async (request, response) => {
    const { id } = await services.stores.executions.get(parseId('execution', request.params.uuid))
    const position = positionOf(request)
    if (open >= liveLimits.streams) throw tooMany()
    response.set({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    open += 1
    try {
      await stream(services, id, position, response)
    } finally {
      open -= 1
    }
  })
  return router
}

/** Writes to `response` until the attempt is over, the client is gone, or the stream is old: browsers come back. */
async function stream(
  { stores, files }: Services,
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
    // Asked before the log is read: what is over then has no more log to come.
    const { state, attempt: newest } = await stores.executions.get(execution)
    const over = state !== 'running' || newest !== attempt
    const log = await files.log({ execution, attempt })
    const chunk = log
      ? await bytesOf(log, offset, Math.min(log.size, offset + liveLimits.chunk))
      : Buffer.alloc(0)
    const isLast = over && offset + chunk.length >= (log?.size ?? 0)
    const end = isLast ? chunk.length : lastLineEnd(chunk, liveLimits.chunk)
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

const tooMany = (): AppError =>
  new AppError('TOO_MANY_STREAMS', 503, 'Too many live logs are being watched: reload the page instead.')
