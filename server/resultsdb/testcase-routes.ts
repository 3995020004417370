/** Testcases. Their names may hold slashes, which stay as they are in addresses. */
import type { Router } from 'express'
import { parseTestcase } from '../../core/resultsdb/post.ts'
import { readTestcasesQuery } from '../../core/resultsdb/query.ts'
import { testcaseView } from '../../core/resultsdb/views.ts'
import type { Services } from '../services.ts'
import { found, linksOf, onlyMethods, paramsOf, sendPage } from './answers.ts'
import { readPosted } from './body.ts'
import { putTestcase } from './post.ts'
import { sendResults } from './result-routes.ts'

export function testcaseRoutes(api: Router, services: Services): void {
  const { resultsdbNames } = services.stores
  /** The one that an address names. */
  const named = async (params: Record<string, unknown>) =>
    found(await resultsdbNames.testcase(String(params['0'])), 'Testcase')
  api
    .route('/testcases')
    .get(async (request, response) => {
      const query = readTestcasesQuery(paramsOf(request))
      const items = await services.lookups.resultsdbNames.testcases(query)
      const to = linksOf(services, request)
      const view = (item: (typeof items)[number]) => testcaseView(item, to)
      sendPage(services, request, response, { items, limit: query.limit, view })
    })
    .post(async (request, response) => {
      const { value } = await readPosted(services, request)
      const testcase = await putTestcase(services, parseTestcase(value))
      response.status(201).json(testcaseView(testcase, linksOf(services, request)))
    })
    .all(onlyMethods('GET', 'POST'))
  api
    .route(/^\/testcases\/(.+)\/results$/s)
    .get(async (request, response) => {
      const { name } = await named(request.params)
      await sendResults(services, request, response, { testcases: [name] })
    })
    .all(onlyMethods('GET'))
  api
    .route(/^\/testcases\/(.+)$/s)
    .get(async (request, response) => {
      response.json(testcaseView(await named(request.params), linksOf(services, request)))
    })
    .all(onlyMethods('GET'))
}
