/** Bodies that are posted to ResultsDB's API, and who may post them. */
import type { Request } from 'express'
import { AppError, Forbidden } from '../../core/errors.ts'
import { parseJson } from '../../core/json.ts'
import { Refused } from '../../core/resultsdb/faults.ts'
import { parseKeepingNumbers } from '../../core/resultsdb/python-text.ts'
import { holdsPower, type Identity } from '../../core/permissions.ts'
import { identifyRequest, identifyToken } from '../auth.ts'
import { readText } from '../body.ts'
import type { Services } from '../services.ts'

const bodyLimit = 1024 ** 2

export interface PostedBody {
  value: unknown
  /** The same with numbers as they were written. */
  written: unknown
}

export interface Posted extends PostedBody {
  /** Who posts; null: nobody in particular, where the site is open. */
  poster: string | null
}

/**
 * What is posted, and by whom: a token comes as everywhere else or, as ResultsDB's client sends it, in the body. Nothing is
 * parsed of who may not post. Throws 401, 403, and Refused for what is no JSON.
 */
export async function readPosted(
  services: Pick<Services, 'config' | 'stores' | 'now'>,
  request: Request,
): Promise<Posted> {
  const open = services.config.results.post === 'open'
  const inHeader = request.get('authorization') !== undefined
  const byHeader = inHeader ? await identifyRequest(services, request) : null
  if (byHeader && !open) assertMayPost(byHeader)
  assertJson(request)
  const body = await readText(request, bodyLimit)
  if (inHeader || open) return { ...parse(body), poster: byHeader?.user ?? null }
  const token = tokenPattern.exec(body)?.[1]
  const identity =
    token === undefined ? await identifyRequest(services, request) : await identifyToken(services, token)
  if (!identity)
    throw new AppError(
      'UNAUTHENTICATED',
      401,
      'Posting results needs a token of scope results: send it as "authorization: Bearer TOKEN" or as _auth_token in the body.',
    )
  assertMayPost(identity)
  return { ...parse(body), poster: identity.user }
}

/** Enough to know a token of ours by, wherever it stands in the body. */
const tokenPattern = /"_auth_token"[ \t\r\n]{0,100}:[ \t\r\n]{0,100}"([^"\\]{1,200})"/

function assertMayPost(identity: Identity): void {
  if (!holdsPower(identity, 'result.post'))
    throw new Forbidden('Posting results needs a token of scope results or admin.')
}

function assertJson(request: Request): void {
  const type = (request.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  if (!/^application\/(?:[\w.+-]+\+)?json$/i.test(type))
    throw new Refused('The body must be JSON: say content-type: application/json', 415)
}

function parse(body: string): PostedBody {
  try {
    return { value: parseJson(body), written: parseKeepingNumbers(body) }
  } catch {
    throw new Refused('Bad request')
  }
}
