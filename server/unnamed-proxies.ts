/** Says so where a proxy stands in front that the settings do not name: all who come through it are one client then. */
import type { RequestHandler } from 'express'
import type { Services } from './services.ts'

/** Anybody may send the header: so many addresses are told of, each once. */
const mostTold = 20

export function noteUnnamedProxies(
  { log }: Pick<Services, 'log'>,
  isProxy: (address: string) => boolean,
): RequestHandler {
  const told = new Set<string>()
  return (request, _, next) => {
    const { remoteAddress: address = '' } = request.socket
    const isForwarded = request.headers['x-forwarded-for'] !== undefined
    if (isForwarded && told.size < mostTold && !told.has(address) && !isProxy(address)) {
      told.add(address)
      log.warn(
        { address },
        'requests are forwarded from an address that web.proxies of the settings does not name: if it is a proxy of yours, name it, for until then all who come through it share what one address may ask for, attempts to sign in too',
      )
    }
    next()
  }
}
