/** How many connections the server keeps open: in all, and from one address, so that nobody takes all of them. */
import type { Server, Socket } from 'node:net'

export interface ConnectionLimits {
  all: number
  ofOne: number
}

/** A browser opens six, a host of many runners a few for each. A process of systemd may open half a million files. */
export const connectionLimits: ConnectionLimits = { all: 4000, ofOne: 400 }

/** What comes beyond them is cut off before a byte of it is read. `isMany`: its address stands for many, a proxy's for example. */
export function boundConnections(
  server: Server,
  isMany: (address: string) => boolean,
  { all, ofOne }: ConnectionLimits = connectionLimits,
): void {
  server.maxConnections = all
  const open = new Map<string, number>()
  server.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    if (isMany(address)) return
    const own = (open.get(address) ?? 0) + 1
    if (own > ofOne) {
      socket.destroy()
      return
    }
    open.set(address, own)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
  })
}

/** What runs on the server's host, a proxy among it. */
export const isOwnHost = (address: string): boolean => /^(::ffff:)?127\.|^::1$/.test(address)
