/** Public keys of ssh: added and removed by admins, who vouch for whose they are. */
import { Router } from 'express'
import { authorizeAbout } from '../auth.ts'
import { readFields } from '../body.ts'
import { page, readPage } from '../paging.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import { parsePublicKey } from '../ssh/public-key.ts'
import type { SshKey } from '../store/ssh-keys.ts'
import { userName } from '../user-names.ts'

export function keyRoutes(services: Services): Router {
  const router = Router()
  const { sshKeys } = services.stores

  router.get('/api/v1/keys', async (request, response) => {
    const user = textFrom(request.query, 'user')
    await authorizeAbout(services, request, 'key.read', () => user ?? '')
    const { limit, after } = readPage(request.query, (key) => /^\d{1,9}$/.test(key))
    const list = await sshKeys.list({ user, limit: limit + 1, after: Number(after ?? 0) })
    const { data, next } = page(list, limit, ({ id }) => String(id))
    response.json({ data: data.map(view), next })
  })

  router.post('/api/v1/keys', async (request, response) => {
    let body: Record<string, unknown> = {}
    const { about: user } = await authorizeAbout(services, request, 'key.add', async () => {
      body = await readFields(request)
      return userName(body['user'])
    })
    const key = parsePublicKey(typeof body['key'] === 'string' ? body['key'] : '')
    const added = await sshKeys.add(user, key, services.now())
    response.status(201).json(view(added))
  })

  router.delete('/api/v1/keys/:id', async (request, response) => {
    const id = parseKeyId(request.params.id)
    await authorizeAbout(services, request, 'key.remove', async () => (await sshKeys.byId(id))?.user ?? '')
    await sshKeys.remove(id)
    response.status(204).end()
  })
  return router
}

/** No key has the id 0. */
const parseKeyId = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0)

const view = ({ id, user, type, blob, fingerprint, label, createdAt }: SshKey) => ({
  ...{ id, user, fingerprint, label, createdAt },
  key: `${type} ${blob}`,
})
