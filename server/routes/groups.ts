/** Groups of users: admins say who is in them. */
import { Router } from 'express'
import { holdsPower } from '../../core/permissions.ts'
import { authorize, identifyRequest } from '../auth.ts'
import { readFields } from '../body.ts'
import { page, readPage } from '../paging.ts'
import type { Services } from '../services.ts'
import { groupName, userName, userNames } from '../user-names.ts'

export function groupRoutes(services: Services): Router {
  const router = Router()
  const { groups } = services.stores
  const view = async (group: string) => ({ group, users: await groups.members(group) })

  router.get('/api/v1/groups', async (request, response) => {
    const { limit, after = '' } = readPage(request.query, (key) => /^[a-z0-9._-]{1,63}$/.test(key))
    const identity = await identifyRequest(services, request)
    // Whom it pays to take a token from is nobody's business.
    const without = identity && holdsPower(identity, 'group.change') ? [] : ['admins']
    const list = await groups.list({ limit: limit + 1, after, without })
    response.json(page(list, limit, ({ group }) => group))
  })

  router.post('/api/v1/groups', async (request, response) => {
    await authorize(services, request, 'group.change')
    const body = await readFields(request)
    const group = groupName(body['group'])
    const users = userNames(body['users'] ?? [])
    await services.transaction(async (inside) => {
      for (const user of users) await inside.groups.add(group, user)
    })
    response.status(201).json(await view(group))
  })

  router.delete('/api/v1/groups/:group/:user', async (request, response) => {
    await authorize(services, request, 'group.change')
    const group = groupName(request.params.group)
    await groups.remove(group, userName(request.params.user))
    response.json(await view(group))
  })
  return router
}
