/** Bodies that are posted to ResultsDB's API, and who may post them. */
import { text, type Request, type RequestHandler } from 'express'
import { AppError, Forbidden } from '../../core/errors.ts'
import { Refused } from '../../core/resultsdb/faults.ts'
import { parseKeepingNumbers } from '../../core/resultsdb/python-text.ts'
import { holdsPower } from '../../core/permissions.ts'
import { identifyRequest, identifyToken } from '../auth.ts'
import type { Services } from '../services.ts'

export const bodyLimit = 1024 ** 2

/** Reads the body of a request as text, whatever its type: another than JSON is refused in our words. */
export const readText: RequestHandler = text({ type: () => true, limit: bodyLimit })

export interface PostedBody {
  value: unknown
  /** The same with numbers as they were written. */
  written: unknown
}

export function parseJson(request: Request): PostedBody {
  const type = (request.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  if (!/^application\/(?:[\w.+-]+\+)?json$/i.test(type))
    throw new Refused('The body must be JSON: say content-type: application/json', 415)
  const body = typeof request.body === 'string' ? request.body : ''
  try {
    return { value: JSON.parse(body), written: parseKeepingNumbers(body) }
  } catch {
    throw new Refused('Bad request')
  }
}

/**
 * Who posts: its token comes as everywhere else or, as ResultsDB's client sends it, in the body. Null: nobody in
 * particular, where the site is open. Throws 401 or 403.
 */
export async function posterOf(
  services: Pick<Services, 'config' | 'stores' | 'now'>,
  request: Request,
  body: unknown,
): Promise<string | null> {
  const inBody = (body as Record<string, unknown> | null)?.['_auth_token']
  const open = services.config.results.post === 'open'
  if (open && request.get('authorization') === undefined) return null
  const identity =
    typeof inBody === 'string' && request.get('authorization') === undefined
      ? await identifyToken(services, inBody)
      : await identifyRequest(services, request)
  if (!identity)
    throw new AppError(
      'UNAUTHENTICATED',
      401,
      'Posting results needs a token of scope results: send it as "authorization: Bearer TOKEN" or as _auth_token in the body.',
    )
  if (!open && !holdsPower(identity, 'result.post'))
    throw new Forbidden('Posting results needs a token of scope results or admin.')
  return identity.user
}
