/** Results for programs, newest first. */
import { Router } from 'express'
import { resultView } from '../api-views.ts'
import { isRowId, page, readPage } from '../paging.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'

export function resultRoutes({ stores }: Services): Router {
  const router = Router()
  router.get('/api/v1/results', async ({ query }, response) => {
    const { limit, after } = readPage(query, isRowId)
    const list = await stores.results.list({
      testcase: textFrom(query, 'testcase'),
      limit: limit + 1,
      before: after === undefined ? undefined : Number(after),
    })
    const { data, next } = page(list, limit, ({ id }) => String(id))
    response.json({ data: data.map(resultView), next })
  })
  return router
}
