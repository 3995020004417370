/** The log of an execution as plain text: as a file with ranges, or followed to its end. */
import { Router, type Request, type Response } from 'express'
import { followLog } from '../follow-log.ts'
import { parseId } from '../parse-id.ts'
import { numberFrom, textFrom } from '../query.ts'
import { sendStored } from '../send-file.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'

export function executionLogRoutes(services: Services): Router {
  const router = Router()
  router.get('/api/v1/executions/:uuid/log', async (request, response) => {
    const execution = await services.stores.executions.get(parseId('execution', request.params.uuid))
    if (textFrom(request.query, 'follow') === '1') {
      response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      await followLog(services, execution.id, response)
      return
    }
    await sendLog(services, execution, request, response)
  })
  return router
}

/** The whole log of the attempt that `?attempt=` names, or else of the newest. */
export async function sendLog(
  { files }: Pick<Services, 'files'>,
  { id, attempt: newest }: Pick<Execution, 'id' | 'attempt'>,
  request: Request,
  response: Response,
): Promise<void> {
  const log = await files.log({ execution: id, attempt: numberFrom(request.query, 'attempt') ?? newest })
  const type = 'text/plain; charset=utf-8'
  if (log) await sendStored(request, response, log, { type })
  else response.type(type).send('')
}
