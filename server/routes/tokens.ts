/** Tokens: made by admins, shown once. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { scopes, type Scope } from '../../core/permissions.ts'
import { authorizeAbout } from '../auth.ts'
import { readFields } from '../body.ts'
import type { Services } from '../services.ts'
import { userName } from '../user-names.ts'

export function tokenRoutes(services: Services): Router {
  const router = Router()
  router.post('/api/v1/tokens', async (request, response) => {
    let body: Record<string, unknown> = {}
    const { about: user } = await authorizeAbout(services, request, 'token.make', async () => {
      body = await readFields(request)
      return userName(body['user'])
    })
    const granted = readScopes(body['scopes'])
    const expires = readExpiry(body['expires'] ?? null)
    const token = await services.stores.tokens.create(user, granted, { now: services.now(), expires })
    response.status(201).set('cache-control', 'no-store').json({ token, user, scopes: granted, expires })
  })
  router.delete('/api/v1/tokens/:user', async (request, response) => {
    const { about } = await authorizeAbout(services, request, 'token.revoke', () =>
      userName(request.params.user),
    )
    const revoked = await services.stores.tokens.revokeAll(about)
    response.json({ revoked })
  })
  return router
}

function readScopes(value: unknown): Scope[] {
  const isScope = (one: unknown): one is Scope => scopes.some((scope) => scope === one)
  if (Array.isArray(value) && value.length > 0 && value.every(isScope)) return [...new Set(value)]
  throw new AppError('BAD_SCOPE', 400, `scopes is a list of one or more of ${scopes.join(', ')}.`)
}

/** When the token ends, as ISO 8601 in UTC; null: never. */
function readExpiry(value: unknown): string | null {
  if (value === null) return null
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time))
    throw new AppError('BAD_EXPIRY', 400, 'expires is a time such as 2030-01-31T12:00:00Z, or null.')
  return new Date(time).toISOString()
}
