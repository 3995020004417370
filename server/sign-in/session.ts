/** Sessions of browsers: begun at sign-in; ended by sign-out, by time, and with the token that they were opened with. */
import { createHmac, randomBytes } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { AppError } from '../../core/errors.ts'
import type { Identity } from '../../core/permissions.ts'
import type { Services } from '../services.ts'
import { hashOf } from '../store/tokens.ts'
import { clearSessionSecret, sessionSecret, setSessionSecret } from './cookies.ts'

type Known = Pick<Services, 'stores' | 'now' | 'baseUrl' | 'linkSecret' | 'settings'>

/** Somebody who looks at pages and may act on them. */
export interface Viewer {
  identity: Identity
  /** Stands in every form that this viewer is shown, and in no other: other sites cannot know it. */
  formKey: string
}

const viewers = new WeakMap<Request, Viewer>()

/** Who looks at the page that is asked for; null: nobody in particular. */
export const viewerOf = (request: Request): Viewer | null => viewers.get(request) ?? null

/** Finds out who looks, for the handlers behind it. A session that has ended is as none. */
export const findViewer =
  (services: Known): RequestHandler =>
  async (request, response, next) => {
    response.vary('cookie')
    const secret = sessionSecret(services, request)
    const identity = secret && (await services.stores.sessions.identify(hashOf(secret), services.now()))
    if (identity) viewers.set(request, { identity, formKey: formKeyOf(secret) })
    next()
  }

/** Throws SIGN_IN_NEEDED. */
export function requireViewer(request: Request): Viewer {
  const viewer = viewerOf(request)
  if (viewer) return viewer
  throw new AppError(
    'SIGN_IN_NEEDED',
    401,
    'This is for those who have signed in: do so at /sign-in, then try again.',
  )
}

/** Always a session of its own, whatever the browser held before. `tokenHash`: of the token that it ends with. */
export async function beginSession(
  services: Known,
  request: Request,
  response: Response,
  who: { user: string; tokenHash: string | null },
): Promise<void> {
  await endSession(services, request, response)
  const secret = randomBytes(32).toString('hex')
  const seconds = (services.settings.signIn?.days ?? 7) * 86_400
  const createdAt = services.now()
  const expiresAt = new Date(Date.parse(createdAt) + seconds * 1000).toISOString()
  await services.stores.sessions.begin({ hash: hashOf(secret), ...who, createdAt, expiresAt })
  setSessionSecret(services, response, secret, seconds)
}

/** Safe where there is none. */
export async function endSession(services: Known, request: Request, response: Response): Promise<void> {
  const secret = sessionSecret(services, request)
  if (secret === null) return
  await services.stores.sessions.end(hashOf(secret))
  clearSessionSecret(services, response)
}

const formKeyOf = (secret: string): string => createHmac('sha256', secret).update('forms').digest('hex')
