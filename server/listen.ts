/** Opens and closes the server's two doors: TCP for everybody, a unix socket for the host's own commands. */
import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { AppError } from '../core/errors.ts'
import { trustLocally } from './auth.ts'
import { fitsSocket } from './socket-path.ts'

/** Milliseconds. Large files take their time; headers and the last answers do not. */
const patience = { request: 3_600_000, headers: 30_000, close: 3_000 }

const serve = (app: RequestListener): Server =>
  createServer({ requestTimeout: patience.request, headersTimeout: patience.headers }, app)

/** Listens on host:port; port 0 picks a free one. Throws PORT_IN_USE. */
export async function listenTcp(
  app: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = serve(app)
  server.listen(port, host.replace(/^\[(.*)\]$/, '$1'))
  try {
    await once(server, 'listening')
  } catch (error) {
    throw (error as { code?: string }).code === 'EADDRINUSE' ? portInUse(host, port) : error
  }
  return server
}

/** Listens on a socket that only its owner may use. One that is there already is of the dead: the data is locked. */
export async function listenLocally(app: RequestListener, path: string): Promise<Server> {
  if (!fitsSocket(path)) throw pathTooLong(path)
  await rm(path, { force: true })
  const server = serve(app).on('connection', trustLocally)
  server.listen(path)
  await once(server, 'listening')
  await chmod(path, 0o600)
  return server
}

/** The address of a listening server, without a slash at its end. */
export function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  if (address === '0.0.0.0' || address === '::') return `http://${hostname()}:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** Takes no more requests, lets those under way end, and cuts off those that do not. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const cutting = setTimeout(() => server.closeAllConnections(), patience.close)
  await closed
  clearTimeout(cutting)
}

const portInUse = (host: string, port: number): AppError =>
  new AppError(
    'PORT_IN_USE',
    500,
    `Something else listens on ${host}:${port}: stop it, or set ASSAY_LISTEN to another port.`,
  )

const pathTooLong = (path: string): AppError =>
  new AppError(
    'DATA_PATH_TOO_LONG',
    500,
    `${path} is too long for a unix socket (107 bytes): set ASSAY_DATA to a shorter path.`,
  )
