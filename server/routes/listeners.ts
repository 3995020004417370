/** Listeners for programs: what each heard and ignored, and what none of them could understand. */
import { Router } from 'express'
import { authorize } from '../auth.ts'
import { isRowId, page, readPage, rowId } from '../paging.ts'
import { takeAgain } from '../listeners/take-again.ts'
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
    await authorize(services, request, 'message.read')
    const { limit, after } = readPage(request.query, isRowId)
    const before = after === undefined ? undefined : Number(after)
    const { data, next } = page(await stores.setAside.list({ limit: limit + 1, before }), limit, ({ id }) =>
      String(id),
    )
    response.json({ data: data.map(setAsideView), next })
  })

  router.get('/api/v1/set-aside/:message', async (request, response) => {
    await authorize(services, request, 'message.read')
    response.json(await stores.setAside.get(rowId('message', request.params.message)))
  })

  router.post('/api/v1/set-aside/:message/replay', async (request, response) => {
    await authorize(services, request, 'message.replay')
    const id = rowId('message', request.params.message)
    const outcome = await takeAgain(services, id)
    response.json({ outcome, why: outcome === 'set_aside' ? (await stores.setAside.get(id)).why : null })
  })
  return router
}
