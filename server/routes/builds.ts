/** Builds for programs. */
import { Router } from 'express'
import { debianVerdicts } from '../../core/debian-verdict.ts'
import { buildView, executionViews } from '../api-views.ts'
import { page, readPage } from '../paging.ts'
import { isUuid, parseId } from '../parse-id.ts'
import { packageFrom } from '../query.ts'
import type { Services } from '../services.ts'

export function buildRoutes(services: Services): Router {
  const router = Router()
  const { stores } = services
  router.get('/api/v1/builds', async ({ query }, response) => {
    const { limit, after } = readPage(query, isUuid)
    const packageId = (await packageFrom(stores, query))?.id
    const list = await stores.builds.list({ packageId, limit: limit + 1, before: after })
    const { data, next } = page(list, limit, ({ id }) => id)
    const total = packageId === undefined ? null : await stores.builds.countOf(packageId)
    response.json({ data: data.map((build) => buildView(build, services.baseUrl())), next, total })
  })
  router.get('/api/v1/builds/:id', async ({ params }, response) => {
    const build = await stores.builds.get(parseId('build', params.id))
    const executions = await stores.executions.ofBuild(build.id)
    response.json({
      ...buildView(build, services.baseUrl()),
      debian: debianVerdicts(executions),
      executions: await executionViews(services, executions),
    })
  })
  return router
}
