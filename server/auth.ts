/** Who a request of a program comes from, and whether it may do what it asks. Cookies of browsers count nowhere here. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { AppError, Forbidden } from '../core/errors.ts'
import { fullName } from '../core/names.ts'
import {
  holdsPower,
  isAdmin,
  permissions,
  type Action,
  type Identity,
  type PackageAction,
  type Power,
  type SelfAction,
  type SiteAction,
} from '../core/permissions.ts'
import type { Package } from './store/packages.ts'
import type { Services } from './services.ts'

type Known = Pick<Services, 'stores' | 'now'>

const localSockets = new WeakSet<Socket>()

/** Whoever reaches the socket in the data folder may do everything: the folder's permissions are the guard. */
export const trustLocally = (socket: Socket): WeakSet<Socket> => localSockets.add(socket)

export const isLocal = (request: IncomingMessage): boolean => localSockets.has(request.socket)

/** The identity behind `request`; null without credentials. Throws UNAUTHENTICATED or TOKEN_EXPIRED for bad ones. */
export async function identifyRequest(services: Known, request: IncomingMessage): Promise<Identity | null> {
  if (isLocal(request)) return { user: 'local', powers: ['admin'] }
  const token = tokenOf(request.headers.authorization)
  return token === null ? null : identifyToken(services, token)
}

/** Whose `token` it is. Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
export async function identifyToken({ stores, now }: Known, token: string): Promise<Identity> {
  const identity = await stores.tokens.identify(token, now())
  if (identity === 'expired') throw expired()
  if (identity === null) throw unauthenticated('This token is not known here')
  return identity
}

/** The identity behind `request`, which may do `action`. Throws 401 or 403. */
export async function authorize(
  services: Known,
  request: IncomingMessage,
  action: SiteAction,
): Promise<Identity> {
  const identity = await requireIdentity(services, request)
  requirePower(identity, action)
  return identity
}

/** The identity behind `request`, which may do `action` to the package `found`. Throws 401 or 403. */
export async function authorizeOn(
  services: Known,
  request: IncomingMessage,
  action: PackageAction,
  found: Package,
): Promise<Identity> {
  const identity = await requireIdentity(services, request)
  await permitOn(services, identity, action, found)
  return identity
}

/**
 * The identity behind `request`, which may do `action` about the user whom `about` reads from the request: nobody without
 * the power to do it learns what is wrong with what they sent. Throws 401 or 403.
 */
export async function authorizeAbout(
  services: Known,
  request: IncomingMessage,
  action: SelfAction,
  about: () => string | Promise<string>,
): Promise<Identity & { about: string }> {
  const identity = await requireIdentity(services, request)
  requirePower(identity, action)
  const user = await about()
  if (!isAdmin(identity) && identity.user !== user)
    throw new Forbidden(`Only ${user} and admins may see and change this of ${user}.`)
  return { ...identity, about: user }
}

/** Throws FORBIDDEN unless `identity` may do `action` to the package. */
export async function permitOn(
  services: Known,
  identity: Identity,
  action: PackageAction,
  found: Package,
): Promise<void> {
  requirePower(identity, action)
  if (!isAdmin(identity)) await assertMaintains(services, identity.user, found)
}

/** Throws FORBIDDEN unless `identity` holds a power that `action` takes. */
export function requirePower(identity: Identity, action: Action): void {
  if (holdsPower(identity, action)) return
  const powers: readonly Power[] = permissions[action].powers
  throw new Forbidden(
    powers.includes('account')
      ? 'This is for admins, and about oneself on the page /account for who signed in there with the site’s provider.'
      : `This needs a token of scope ${[...powers, 'admin'].join(' or ')}; yours has ${identity.powers.join(', ') || 'none'}.`,
  )
}

/** Throws FORBIDDEN unless `user` maintains the package, alone or in a group, or is one of the group `admins`. */
export async function assertMaintains(
  { stores }: Pick<Services, 'stores'>,
  user: string,
  found: Package,
): Promise<void> {
  if (await stores.packages.isMaintainer(found.id, user)) return
  if (await stores.groups.isMember('admins', user)) return
  const name = fullName(found)
  throw new Forbidden(
    `${user} does not maintain ${name}: an admin can change that with \`assay package add ${name} --maintainer ${user}\`.`,
  )
}

async function requireIdentity(services: Known, request: IncomingMessage): Promise<Identity> {
  const identity = await identifyRequest(services, request)
  if (!identity) throw unauthenticated('This needs a token')
  return identity
}

/** The token in `Bearer TOKEN`, or as the password of Basic, which is how git sends it. */
function tokenOf(header: string | undefined): string | null {
  if (header === undefined) return null
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(header.trim()) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') throw unauthenticated('Only Bearer and Basic are understood')
  const decoded = Buffer.from(value, 'base64').toString()
  return decoded.slice(decoded.indexOf(':') + 1)
}

const unauthenticated = (why: string): AppError =>
  new AppError(
    'UNAUTHENTICATED',
    401,
    `${why}: make one with \`assay token create USER\` and send it as "authorization: Bearer TOKEN".`,
  )

const expired = (): AppError =>
  new AppError('TOKEN_EXPIRED', 401, 'This token has expired: make a new one with `assay token create USER`.')
