/** Executions for programs: lists, one with all it left, and what their maintainers may do with them. */
import { Router, type Request } from 'express'
import { executionViews, wholeExecution } from '../api-views.ts'
import { authorizeOn } from '../auth.ts'
import { filterFrom } from '../execution-filter.ts'
import { cancel } from '../flows/cancel.ts'
import { keepFiles } from '../flows/keep-files.ts'
import { rerun } from '../flows/rerun.ts'
import type { PackageAction } from '../../core/permissions.ts'
import { page, readPage } from '../paging.ts'
import { isUuid, parseId } from '../parse-id.ts'
import type { Services } from '../services.ts'

export function executionRoutes(services: Services): Router {
  const router = Router()
  const { stores, lookups } = services
  /** The execution that is to be changed, and who does; throws where they may not. */
  const byMaintainer = async (
    request: Request<{ uuid: string }>,
    action: PackageAction,
  ): Promise<{ id: string; user: string }> => {
    const { id, packageId } = await stores.executions.get(parseId('execution', request.params.uuid))
    const { user } = await authorizeOn(services, request, action, await stores.packages.byId(packageId))
    return { id, user }
  }

  router.get('/api/v1/executions', async ({ query }, response) => {
    const { limit, after } = readPage(query, isUuid)
    const list = await lookups.executionLists.list({
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

  router.get('/api/v1/executions/:uuid/packages', async (request, response) => {
    const { id } = await stores.executions.get(parseId('execution', request.params.uuid))
    const ran = (await stores.attempts.machines([id])).get(id)
    const packages = ran?.packages && [...ran.packages].map(([name, version]) => ({ name, version }))
    response.json({ packages: packages ?? null })
  })

  router.post('/api/v1/executions/:uuid/rerun', async (request, response) => {
    const { id, user } = await byMaintainer(request, 'execution.rerun')
    response.status(201).json(await wholeExecution(services, await rerun(services, id, user)))
  })

  router.post('/api/v1/executions/:uuid/cancel', async (request, response) => {
    const { id, user } = await byMaintainer(request, 'execution.cancel')
    response.json(await wholeExecution(services, await cancel(services, id, user)))
  })

  router.post('/api/v1/executions/:uuid/keep', async (request, response) => {
    const { id, user } = await byMaintainer(request, 'execution.keep')
    await keepFiles(services, id, user)
    response.json(await wholeExecution(services, await stores.executions.get(id)))
  })

  router.delete('/api/v1/executions/:uuid/keep', async (request, response) => {
    const { id } = await byMaintainer(request, 'execution.keep')
    await keepFiles(services, id, null)
    response.json(await wholeExecution(services, await stores.executions.get(id)))
  })
  return router
}
