/** How often one address may ask: refused with 429, which says when to try again (RFC 9110, draft RateLimit headers). */
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { AppError } from '../core/errors.ts'
import { isLocal } from './auth.ts'
import { isOwnHost as isOwnAddress } from './connections.ts'
import type { Services } from './services.ts'

const minute = 60_000

/** Of pages and the API for programs. */
export const requestLimit = ({ settings }: Pick<Services, 'settings'>): RequestHandler =>
  limit(settings.web?.requestsPerMinute ?? 1200)

/** Of clones and fetches, which anybody may begin and which each start a program. */
export const readLimit = ({ settings }: Pick<Services, 'settings'>): RequestHandler =>
  limit(settings.web?.clonesPerMinute ?? 300)

/** Of attempts to sign in: tokens cannot be guessed, but need not be tried without end either. */
export const signInLimit = (): RequestHandler => limit(20)

const limit = (perMinute: number): RequestHandler =>
  rateLimit({
    windowMs: minute,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: isOwnHost,
    handler: () => {
      throw new AppError(
        'TOO_MANY_REQUESTS',
        429,
        `More than ${perMinute} requests came from your address within a minute: wait as long as retry-after says.`,
      )
    },
  })

/** What runs on the server's host may ask as it likes, unless it speaks for somebody else. */
const isOwnHost = (request: Request): boolean =>
  isLocal(request) ||
  (request.headers['x-forwarded-for'] === undefined && isOwnAddress(request.socket.remoteAddress ?? ''))

/** What is counted as one client: an address, or a network of IPv6; null: what runs on the server's host. */
export const clientOf = (request: Request): string | null =>
  isOwnHost(request) ? null : ipKeyGenerator(request.ip ?? 'unknown')
