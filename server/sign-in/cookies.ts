/** The two cookies of this site: that of a session, and that of a sign-in which another site has yet to confirm. */
import type { CookieOptions, Request, Response } from 'express'
import { isSigned, sign } from '../signature.ts'
import type { Services } from '../services.ts'

type Site = Pick<Services, 'baseUrl' | 'linkSecret'>

/** Browsers hold cookies of the prefix __Host- to what they promise, which takes an encrypted connection. */
const isEncrypted = ({ baseUrl }: Site): boolean => baseUrl().startsWith('https:')
const nameOf = (site: Site, name: string): string => `${isEncrypted(site) ? '__Host-' : ''}${name}`

/** Lax: whoever follows a link to this site, or comes back from signing in elsewhere, is still known. */
const optionsOf = (site: Site): CookieOptions => ({
  httpOnly: true,
  secure: isEncrypted(site),
  sameSite: 'lax',
  path: '/',
})

const session = 'assay-session'
const signingIn = 'assay-signing-in'

/** The secret of the session that the request belongs to; null: of none. */
export const sessionSecret = (site: Site, request: Request): string | null =>
  valueOf(request, nameOf(site, session), /^[0-9a-f]{64}$/)

/** `seconds`: how long the browser shall keep it. */
export function setSessionSecret(site: Site, response: Response, secret: string, seconds: number): void {
  response.cookie(nameOf(site, session), secret, { ...optionsOf(site), maxAge: seconds * 1000 })
}

export function clearSessionSecret(site: Site, response: Response): void {
  response.clearCookie(nameOf(site, session), optionsOf(site))
}

/** What must be known when the browser comes back from the provider. */
export interface SigningIn {
  state: string
  nonce: string
  verifier: string
  /** Path of this site to go to in the end. */
  back: string
}

/** Kept by the browser, signed by us, good for ten minutes. */
export function setSigningIn(site: Site, response: Response, pending: SigningIn): void {
  const body = Buffer.from(JSON.stringify(pending)).toString('base64url')
  const value = `${body}.${sign(site.linkSecret, signed(body))}`
  response.cookie(nameOf(site, signingIn), value, { ...optionsOf(site), maxAge: 600_000 })
}

/** Takes the pending sign-in from the browser: it is good for one answer. null: there is none that we signed. */
export function takeSigningIn(site: Site, request: Request, response: Response): SigningIn | null {
  const value = valueOf(request, nameOf(site, signingIn), /^[\w-]{1,4000}\.sha256%3D[0-9a-f]{64}$/)
  response.clearCookie(nameOf(site, signingIn), optionsOf(site))
  const [body = '', signature = ''] = value === null ? [] : decodeURIComponent(value).split('.')
  if (!isSigned(site.linkSecret, signed(body), signature)) return null
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as SigningIn
}

const signed = (body: string): Buffer => Buffer.from(`signing in: ${body}`)

/** As it was sent: not decoded. */
function valueOf(request: Request, name: string, pattern: RegExp): string | null {
  for (const pair of (request.headers.cookie ?? '').split(/; */)) {
    const [key, value = ''] = pair.split('=', 2)
    if (key === name && pattern.test(value)) return value
  }
  return null
}
