/** The outbox for its operators: what waits, what was set aside, and sending it once more. */
import { Router } from 'express'
import { deliveryStates } from '../../core/delivery.ts'
import { authorize } from '../auth.ts'
import { isRowId, page, readPage, rowId } from '../paging.ts'
import { choiceFrom, textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import type { Delivery } from '../store/outbox.ts'

export function outboxRoutes(services: Services): Router {
  const router = Router()
  const { stores, now } = services

  router.get('/api/v1/outbox', async (request, response) => {
    await authorize(services, request, 'outbox.read')
    const { limit, after } = readPage(request.query, isRowId)
    const list = await stores.outbox.list({
      state: choiceFrom(request.query, 'state', deliveryStates),
      publisher: textFrom(request.query, 'publisher'),
      limit: limit + 1,
      before: after === undefined ? undefined : Number(after),
    })
    const { data, next } = page(list, limit, ({ id }) => String(id))
    response.json({ data: data.map(view), next })
  })

  router.post('/api/v1/outbox/:id/resend', async (request, response) => {
    await authorize(services, request, 'outbox.resend')
    const id = rowId('delivery', request.params.id)
    await stores.outbox.advance(await stores.outbox.find(id), 'resend', { now: now() })
    response.json(view(await stores.outbox.find(id)))
  })
  return router
}

const view = ({
  id,
  publisher,
  state,
  refusals,
  problem,
  messageId,
  subject,
  kind,
  createdAt,
  dueAt,
  deliveredAt,
  body,
}: Delivery) => ({
  ...{ id, publisher, state, refusals, problem, message: messageId, subject, kind },
  ...{ createdAt, dueAt: state === 'waiting' ? dueAt : null, deliveredAt, body },
})
