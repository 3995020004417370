/** The log of an execution as plain text: as a file with ranges, or followed to its end. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { followLog } from '../follow-log.ts'
import { parseId } from '../parse-id.ts'
import { textFrom } from '../query.ts'
import { sendStored } from '../send-file.ts'
import type { Services } from '../services.ts'

export function executionLogRoutes(services: Services): Router {
  const router = Router()
  router.get('/api/v1/executions/:uuid/log', async (request, response) => {
    const execution = await services.stores.executions.get(parseId('execution', request.params.uuid))
    if (textFrom(request.query, 'follow') === '1') {
      response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
      await followLog(services, execution.id, response)
      return
    }
    const attempt = attemptFrom(textFrom(request.query, 'attempt')) ?? execution.attempt
    const log = await services.files.log({ execution: execution.id, attempt })
    if (log) await sendStored(response, log.path, {})
    else response.type('text/plain; charset=utf-8').send('')
  })
  return router
}

function attemptFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new AppError('BAD_QUERY', 400, 'attempt is a number from 1.')
  return Number(text)
}
