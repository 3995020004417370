/** Events from outside: CloudEvents over HTTP, by token or signed with the site's secret. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { buildView, executionViews } from '../api-views.ts'
import { authorize } from '../auth.ts'
import { readBytes } from '../body.ts'
import { parseEvent, unknownType, type ParsedEvent } from '../flows/parse-event.ts'
import { replayEvent } from '../flows/replay-event.ts'
import { receiveEvent } from '../flows/receive-event.ts'
import { triggerChecks } from '../flows/trigger-checks.ts'
import { page, readPage, rowId, isRowId } from '../paging.ts'
import type { Services } from '../services.ts'
import { isSigned } from '../signature.ts'
import type { Build } from '../store/builds.ts'
import type { StoredEvent } from '../store/events.ts'
import type { Execution } from '../store/executions.ts'

const bodyLimit = 1024 ** 2

export function eventRoutes(services: Services): Router {
  const router = Router()
  router.post('/api/v1/events', async (request, response) => {
    const signature = request.get('x-assay-signature')
    if (signature === undefined) await authorize(services, request, 'event.send')
    const body = await readBytes(request, bodyLimit)
    if (signature !== undefined && !isSigned(services.webhookSecret, body, signature)) throw badSignature()
    const { build, executions, repeated } = await receive(services, parseEvent(request.headers, body))
    services.metrics.events.inc({ repeated: String(repeated) })
    response.status(202).json({
      build: build && buildView(build, services.baseUrl()),
      executions: await executionViews(services, executions),
    })
  })

  router.get('/api/v1/events', async (request, response) => {
    await authorize(services, request, 'event.read')
    const { limit, after } = readPage(request.query, isRowId)
    const before = after === undefined ? undefined : Number(after)
    const list = await services.stores.events.list({ limit: limit + 1, before })
    const { data, next } = page(list, limit, ({ id }) => String(id))
    response.json({ data: data.map(eventView), next })
  })

  router.post('/api/v1/events/:event/replay', async (request, response) => {
    await authorize(services, request, 'event.replay')
    const { event, executions } = await replayEvent(services, rowId('event', request.params.event))
    response.json({ event: eventView(event), executions: await executionViews(services, executions) })
  })
  return router
}

/** Throws UNKNOWN_PACKAGE, and UNKNOWN_EVENT_TYPE where nobody wants it. */
async function receive(
  services: Services,
  event: ParsedEvent,
): Promise<{ build: Build | null; executions: Execution[]; repeated: boolean }> {
  if (event.build) return receiveEvent(services, event.build)
  const triggered = await triggerChecks(services, event.other)
  if (!triggered) throw unknownType(event.other.type)
  const { stores } = services
  const executions = await Promise.all(triggered.executions.map((id) => stores.executions.get(id)))
  return { build: null, executions, repeated: triggered.repeated }
}

const eventView = ({ id, source, eventId, type, receivedAt, scheduledAt, buildId }: StoredEvent) => ({
  ...{ id, source, event: eventId, type, receivedAt, scheduledAt, build: buildId },
})

const badSignature = (): AppError =>
  new AppError(
    'BAD_SIGNATURE',
    401,
    'x-assay-signature does not fit: it is "sha256=" and the HMAC-SHA256, in hex, of the raw body with the content of webhook-secret in the data folder as key.',
  )
