/** Groups: what belongs together, the results of an execution among them. */
import type { Router } from 'express'
import { Refused } from '../../core/resultsdb/faults.ts'
import { parseGroup } from '../../core/resultsdb/post.ts'
import { readGroupsQuery } from '../../core/resultsdb/query.ts'
import { groupView } from '../../core/resultsdb/views.ts'
import type { Services } from '../services.ts'
import { found, linksOf, onlyMethods, paramsOf, sendPage } from './answers.ts'
import { readPosted } from './body.ts'
import { putGroup } from './post.ts'
import { sendResults } from './result-routes.ts'

export function groupRoutes(api: Router, services: Services): void {
  const { resultsdbNames } = services.stores
  api
    .route('/groups')
    .get(async (request, response) => {
      const query = readGroupsQuery(paramsOf(request))
      const items = await services.lookups.resultsdbNames.groups(query)
      const to = linksOf(services, request)
      sendPage(services, request, response, {
        items,
        limit: query.limit,
        view: (item) => groupView(item, to),
      })
    })
    .post(async (request, response) => {
      const { value } = await readPosted(services, request)
      const group = await putGroup(services, parseGroup(value))
      response.status(201).json(groupView(group, linksOf(services, request)))
    })
    .all(onlyMethods('GET', 'POST'))
  api
    .route('/groups/:uuid')
    .get(async (request, response) => {
      const group = found(await resultsdbNames.group(request.params.uuid), 'Group')
      response.json(groupView(group, linksOf(services, request)))
    })
    .all(onlyMethods('GET'))
  api
    .route('/groups/:uuid/results')
    .get(async (request, response) => {
      const { uuid } = request.params
      const group = await resultsdbNames.group(uuid)
      if (!group) throw new Refused(`Group not found: ${uuid}`, 404)
      await sendResults(services, request, response, { groups: [group.uuid] })
    })
    .all(onlyMethods('GET'))
}
