/** What an execution left for programs: its log as plain text, with ranges or followed to its end, and all as one archive. */
import { Router, type Request, type Response } from 'express'
import { sendArchive } from '../archive.ts'
import { followLimits, followLog } from '../follow-log.ts'
import { logLooks } from '../log-looks.ts'
import { parseId } from '../parse-id.ts'
import { numberFrom, textFrom } from '../query.ts'
import { requireHeld } from '../require-held.ts'
import { sendStored } from '../send-file.ts'
import { streamPlaces } from '../stream-places.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'

export function executionLogRoutes(services: Services): Router {
  const router = Router()
  const look = logLooks(services)
  const places = streamPlaces(followLimits)
  router.get('/api/v1/executions/:uuid/log', async (request, response) => {
    const execution = await services.stores.executions.get(parseId('execution', request.params.uuid))
    if (textFrom(request.query, 'follow') === '1') {
      const leave = places.take(request)
      response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      await followLog(look, execution.id, response).finally(leave)
      return
    }
    await sendLog(services, execution, request, response)
  })

  router.get('/api/v1/executions/:uuid/archive', async (request, response) => {
    const execution = await services.stores.executions.get(parseId('execution', request.params.uuid))
    await answerArchive(services, execution, request, response)
  })
  return router
}

/** The whole log of the attempt that `?attempt=` names, or else of the newest. */
export async function sendLog(
  services: Pick<Services, 'stores' | 'files' | 'baseUrl'>,
  { id, attempt: newest }: Pick<Execution, 'id' | 'attempt'>,
  request: Request,
  response: Response,
): Promise<void> {
  await requireHeld(services, id)
  const log = await services.files.log({
    execution: id,
    attempt: numberFrom(request.query, 'attempt') ?? newest,
  })
  const type = 'text/plain; charset=utf-8'
  if (log) await sendStored(request, response, log, { type })
  else response.type(type).send('')
}

/** All attempts' logs and artifacts. */
export async function answerArchive(
  services: Pick<Services, 'stores' | 'files' | 'baseUrl'>,
  { id }: Pick<Execution, 'id'>,
  request: Request,
  response: Response,
): Promise<void> {
  const { stores, files } = services
  await requireHeld(services, id)
  const [attempts, artifacts] = await Promise.all([stores.attempts.of(id), stores.artifacts.of(id)])
  response.attachment(`assay-${id}.tar.gz`).type('application/gzip').set('cache-control', 'no-cache')
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const left = { execution: id, attempts: attempts.map(({ number }) => number), artifacts }
  await sendArchive(files, left, response).catch((error: unknown) => {
    // A client that went away in the middle is no error of anybody's.
    if (!request.destroyed) throw error
  })
}
