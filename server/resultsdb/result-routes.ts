/** Results: pages of them, the latest, one, and a new one. */
import type { Request, Response, Router } from 'express'
import { Refused } from '../../core/resultsdb/faults.ts'
import { knownOutcomes } from '../../core/resultsdb/outcomes.ts'
import { parseResult } from '../../core/resultsdb/post.ts'
import { readResultsQuery, type ResultsQuery } from '../../core/resultsdb/query.ts'
import { resultView } from '../../core/resultsdb/views.ts'
import { isRowId } from '../paging.ts'
import type { Services } from '../services.ts'
import { found, linksOf, onlyMethods, paramsOf, sendPage } from './answers.ts'
import { readPosted } from './body.ts'
import { addResult, submitClock } from './post.ts'

export function resultRoutes(api: Router, services: Services): void {
  const outcomes = knownOutcomes(services.config.results.outcomes)
  const clock = submitClock(services.now)
  api
    .route('/results')
    .get((request, response) => sendResults(services, request, response))
    .post(async (request, response) => {
      const { value, written, poster } = await readPosted(services, request)
      const result = await addResult(services, parseResult(value, written, outcomes), { poster, clock })
      response.status(201).json(resultView(result, linksOf(services, request)))
    })
    .all(onlyMethods('GET', 'POST'))
  api
    .route('/results/latest')
    .get((request, response) => sendLatest(services, request, response))
    .all(onlyMethods('GET'))
  api
    .route('/results/:id')
    .get(async (request, response) => {
      const { id } = request.params
      if (!/^[+-]?\d+$/.test(id)) throw new Refused(`A result's id is a number, not ${id.slice(0, 100)}`)
      const result = isRowId(id) ? await services.stores.resultsdbResults.byId(Number(id)) : null
      response.json(resultView(found(result, 'Result'), linksOf(services, request)))
    })
    .all(onlyMethods('GET'))
}

/** A page of results; `changes`: what the address says beside the query. */
export async function sendResults(
  services: Services,
  request: Request,
  response: Response,
  changes: Partial<ResultsQuery> = {},
): Promise<void> {
  const query = { ...queryOf(services, request), ...changes }
  const items = await services.lookups.resultsdbResults.page(query)
  const to = linksOf(services, request)
  sendPage(services, request, response, { items, limit: query.limit, view: (item) => resultView(item, to) })
}

async function sendLatest(services: Services, request: Request, response: Response): Promise<void> {
  const query = queryOf(services, request)
  const { since, groups, testcases, testcasesLike, data } = query
  const filters = groups.length + testcases.length + testcasesLike.length + data.length
  if (query.distinctOn.length > 0 && filters === 0 && since.start === null)
    throw new Refused("Please, provide at least one filter beside '_distinct_on'")
  const latest = await services.lookups.resultsdbResults.latest({ ...query, outcomes: [] })
  const to = linksOf(services, request)
  response.json({ data: latest.map((result) => resultView(result, to)) })
}

const queryOf = ({ config }: Services, request: Request): ResultsQuery =>
  readResultsQuery(paramsOf(request), knownOutcomes(config.results.outcomes))
