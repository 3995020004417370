/** Listeners for programs: what each heard and ignored, and what none of them could understand. */
import { Router } from 'express'
import { NotFound } from '../../core/errors.ts'
import { requireScope } from '../auth.ts'
import { isRowId, page, readPage } from '../paging.ts'
import type { Services } from '../services.ts'
import { listenerViews, setAsideView } from '../listener-views.ts'

export function listenerRoutes(services: Services): Router {
  const router = Router()
  const { stores } = services

  router.get('/api/v1/listeners', async ({ query }, response) => {
    const { limit, after } = readPage(query, (key) => key.length <= 64)
    const list = (await listenerViews(services)).filter(({ name }) => after === undefined || name > after)
    response.json(page(list, limit, ({ name }) => name))
  })

  router.get('/api/v1/set-aside', async (request, response) => {
    await requireScope(services, request)
    const { limit, after } = readPage(request.query, isRowId)
    const before = after === undefined ? undefined : Number(after)
    const { data, next } = page(await stores.setAside.list({ limit: limit + 1, before }), limit, ({ id }) =>
      String(id),
    )
    response.json({ data: data.map(setAsideView), next })
  })

  router.get('/api/v1/set-aside/:message', async (request, response) => {
    await requireScope(services, request)
    response.json(await stores.setAside.get(readMessageId(request.params.message)))
  })
  return router
}

function readMessageId(text: string): number {
  if (!isRowId(text)) throw new NotFound('message', text.slice(0, 100))
  return Number(text)
}
