/** Who a request comes from: the local socket, or the bearer of a token. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { AppError, Forbidden } from '../core/errors.ts'
import type { Package } from './store/packages.ts'
import type { Services } from './services.ts'
import type { Identity, Scope } from './store/tokens.ts'

const localSockets = new WeakSet<Socket>()

/** Whoever reaches the socket in the data folder may do everything: the folder's permissions are the guard. */
export const trustLocally = (socket: Socket): WeakSet<Socket> => localSockets.add(socket)

/** The identity behind `request`; null without credentials. Throws UNAUTHENTICATED or TOKEN_EXPIRED for bad ones. */
export async function identifyRequest(
  services: Pick<Services, 'stores' | 'now'>,
  request: IncomingMessage,
): Promise<Identity | null> {
  if (localSockets.has(request.socket)) return { user: 'local', scopes: ['admin'] }
  const token = tokenOf(request.headers.authorization)
  return token === null ? null : identifyToken(services, token)
}

/** Whose `token` it is. Throws UNAUTHENTICATED or TOKEN_EXPIRED. */
export async function identifyToken(
  { stores, now }: Pick<Services, 'stores' | 'now'>,
  token: string,
): Promise<Identity> {
  const identity = await stores.tokens.identify(token, now())
  if (identity === 'expired') throw expired()
  if (identity === null) throw unauthenticated('This token is not known here')
  return identity
}

/** The identity behind `request`, which must hold one of `scopes` or be an admin. Throws 401 or 403. */
export async function requireScope(
  services: Pick<Services, 'stores' | 'now'>,
  request: IncomingMessage,
  ...scopes: readonly Scope[]
): Promise<Identity> {
  const identity = await identifyRequest(services, request)
  if (!identity) throw unauthenticated('This needs a token')
  if (!isAdmin(identity) && !scopes.some((scope) => identity.scopes.includes(scope)))
    throw new Forbidden(
      `This needs a token of scope ${[...scopes, 'admin'].join(' or ')}; yours has ${identity.scopes.join(', ') || 'none'}.`,
    )
  return identity
}

/** The identity behind `request`, which must maintain `package` or be an admin. A runner's token speaks for nobody. */
export async function requireMaintainer(
  services: Pick<Services, 'stores' | 'now'>,
  request: IncomingMessage,
  found: Package,
): Promise<Identity> {
  const identity = await requireScope(services, request, 'push', 'events')
  if (!isAdmin(identity)) await assertMaintains(services, identity.user, found)
  return identity
}

/** Throws FORBIDDEN unless `user` maintains the package, alone or in a group, or is one of the group `admins`. */
export async function assertMaintains(
  { stores }: Pick<Services, 'stores'>,
  user: string,
  { id, namespace, name }: Package,
): Promise<void> {
  if (await stores.packages.isMaintainer(id, user)) return
  if (await stores.groups.isMember('admins', user)) return
  throw new Forbidden(
    `${user} does not maintain ${namespace}/${name}: an admin can change that with \`assay package add ${namespace}/${name} --maintainer ${user}\`.`,
  )
}

export const isAdmin = (identity: Identity): boolean => identity.scopes.includes('admin')

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
