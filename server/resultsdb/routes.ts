/** ResultsDB's API v2.0, as its clients speak it: results of our executions and those that others post. */
import { Router } from 'express'
import { knownOutcomes } from '../../core/resultsdb/outcomes.ts'
import type { Services } from '../services.ts'
import { linksOf, notFound, onlyMethods, refusals } from './answers.ts'
import { groupRoutes } from './group-routes.ts'
import { resultRoutes } from './result-routes.ts'
import { testcaseRoutes } from './testcase-routes.ts'

export function resultsdbRoutes(services: Services): Router {
  const api = Router({ caseSensitive: true, strict: true })
  landing(api, services)
  resultRoutes(api, services)
  groupRoutes(api, services)
  testcaseRoutes(api, services)
  api.use(notFound, refusals(services.log))
  const router = Router({ caseSensitive: true })
  router.use('/api/v2.0', api)
  return router
}

function landing(api: Router, services: Services): void {
  const outcomes = knownOutcomes(services.config.results.outcomes)
  api
    .route('/')
    .get((request, response) => {
      const { groups, results, testcases } = linksOf(services, request)
      const message = "Assay speaks ResultsDB's API v2.0 here: go on to one of these."
      const documentation = 'http://docs.resultsdb20.apiary.io/'
      response.status(300).json({ documentation, groups, message, outcomes, results, testcases })
    })
    .all(onlyMethods('GET'))
  api
    .route('/healthcheck')
    .get(async (_, response) => {
      const failed = await services.stores.resultsdbResults.ping().catch(() => true)
      response
        .status(failed ? 503 : 200)
        .json({ message: failed ? 'Unable to communicate with database' : 'Health check OK' })
    })
    .all(onlyMethods('GET'))
}
