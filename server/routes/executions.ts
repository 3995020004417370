/** Executions for programs: lists, one with all it left, rerun and cancel. */
import { Router } from 'express'
import { executionViews, wholeExecution } from '../api-views.ts'
import { requireMaintainer } from '../auth.ts'
import { filterFrom } from '../execution-filter.ts'
import { cancel } from '../flows/cancel.ts'
import { rerun } from '../flows/rerun.ts'
import { page, readPage } from '../paging.ts'
import { isUuid, parseId } from '../parse-id.ts'
import type { Services } from '../services.ts'

export function executionRoutes(services: Services): Router {
  const router = Router()
  const { stores } = services

  router.get('/api/v1/executions', async ({ query }, response) => {
    const { limit, after } = readPage(query, isUuid)
    const list = await stores.executionLists.list({
      ...(await filterFrom(stores, query)),
      limit: limit + 1,
      before: after,
    })
    const { data, next } = page(list, limit, ({ id }) => id)
    response.json({ data: await executionViews(services, data), next })
  })

  router.get('/api/v1/executions/:uuid', async (request, response) => {
    const execution = await stores.executions.get(parseId('execution', request.params.uuid))
    response.json(await wholeExecution(services, execution))
  })

  router.post('/api/v1/executions/:uuid/rerun', async (request, response) => {
    const { id, packageId } = await stores.executions.get(parseId('execution', request.params.uuid))
    const { user } = await requireMaintainer(services, request, await stores.packages.byId(packageId))
    response.status(201).json(await wholeExecution(services, await rerun(services, id, user)))
  })

  router.post('/api/v1/executions/:uuid/cancel', async (request, response) => {
    const { id, packageId } = await stores.executions.get(parseId('execution', request.params.uuid))
    const { user } = await requireMaintainer(services, request, await stores.packages.byId(packageId))
    response.json(await wholeExecution(services, await cancel(services, id, user)))
  })
  return router
}
