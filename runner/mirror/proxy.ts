/**
 * The filtering proxy: the one thing that a machine's network leads to. Machines are hostile; it lets through GET and
 * HEAD to mirrors, and tunnels to their port 443 for TLS that asks for them. Everything else is refused and logged.
 */
import { createServer, request as plainRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as secureRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { chmod } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { Duplex } from 'node:stream'
import { lookupRemote } from './addresses.ts'
import { longestHello, readClientHello } from './client-hello.ts'
import { forwardable, withoutHops } from './headers.ts'
import type { Mirror, Mirrors } from './mirrors.ts'

export interface Proxy {
  /** The unix socket that it listens on. */
  socket: string
  close: () => Promise<void>
}

export interface ProxyOptions {
  socket: string
  mirrors: Mirrors
  /** Told of every refusal: what was asked for and why not. */
  refused: (what: string, why: string) => void
}

const silenceMs = 60_000
/** So long a tunnel may wait for the first words of its client. */
const helloMs = 15_000
const connections = 256

/** What is asked for cannot be had; `status` goes to the machine. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export async function openProxy({ socket, mirrors, refused }: ProxyOptions): Promise<Proxy> {
  const server = createServer({
    maxHeaderSize: 8192,
    headersTimeout: 15_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 15_000,
  })
  server.maxConnections = connections
  server.maxRequestsPerSocket = 1000
  const open = new Set<Duplex>()
  server.on('connection', (client) => {
    open.add(client)
    client.once('close', () => open.delete(client))
    client.setTimeout(silenceMs, () => client.destroy())
    client.on('error', () => client.destroy())
  })
  const refuse = (request: IncomingMessage, error: unknown): Refusal => {
    const refusal = error instanceof Refusal ? error : new Refusal(502, (error as Error).message)
    refused(`${request.method ?? ''} ${request.url ?? ''}`.slice(0, 300), refusal.message)
    return refusal
  }
  server.on('request', (request, response) => {
    forward(mirrors, request, response).catch((error: unknown) => {
      const { status, message } = refuse(request, error)
      if (response.headersSent) response.destroy()
      else
        response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' }).end(`${message}\n`)
    })
  })
  server.on('connect', (request, client, head) => {
    tunnel(mirrors, request, { client, head }).catch((error: unknown) => {
      const { status, message } = refuse(request, error)
      client.end(
        `HTTP/1.1 ${status} Refused\r\ncontent-length: ${message.length + 1}\r\nconnection: close\r\n\r\n${message}\n`,
      )
    })
  })
  server.on('upgrade', (_request, client) => client.destroy())
  server.on('clientError', (_error, client) => client.destroy())
  server.listen(socket)
  await once(server, 'listening')
  // Each machine's relay runs as a user of its own; the folder that the socket lies in is the guard.
  await chmod(socket, 0o666)
  return {
    socket,
    async close() {
      server.close()
      for (const client of open) client.destroy()
      await once(server, 'close')
    },
  }
}

function mirrorOf(mirrors: Mirrors, host: string): Mirror {
  const mirror = mirrors.find(host)
  if (!mirror)
    throw new Refusal(
      403,
      `assay: ${host} is no mirror of this site (${mirrors.names.join(', ')} are): a check sees no more of the network.`,
    )
  return mirror
}

async function forward(mirrors: Mirrors, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refusal(405, 'assay: only GET and HEAD go through this proxy.')
  if (
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0
  )
    throw new Refusal(400, 'assay: a request with a body does not go through this proxy.')
  const target = request.url ?? ''
  if (!/^http:\/\//i.test(target) || !URL.canParse(target))
    throw new Refusal(400, 'assay: this is a proxy: ask it for http://MIRROR/…')
  const url = new URL(target)
  if (url.username !== '' || url.password !== '')
    throw new Refusal(400, 'assay: no passwords in addresses, please.')
  const { secure } = mirrorOf(mirrors, url.host)
  const answer = await ask(mirrors, url, {
    secure,
    method: request.method,
    headers: forwardable(request.headers),
    response,
  })
  response.writeHead(answer.statusCode ?? 502, withoutHops(answer.headers))
  await pipeline(answer, response)
}

interface Asking {
  secure: boolean
  method: string
  headers: Record<string, string>
  response: ServerResponse
}

/** Asks the mirror, or the host's own proxy for it. Ends when the machine hangs up. */
async function ask(
  mirrors: Mirrors,
  url: URL,
  { secure, method, headers, response }: Asking,
): Promise<IncomingMessage> {
  const proxy = secure ? null : mirrors.proxyFor(url.host)
  const options = {
    method,
    headers: { ...headers, host: url.host, ...(proxy && authorization(proxy)) },
    timeout: silenceMs,
    maxHeaderSize: 16_384,
    ...(!proxy && !mirrors.mayBeLocal(url.hostname) && { lookup: lookupRemote }),
  }
  const path = url.pathname + url.search
  const upstream = proxy
    ? plainRequest({
        ...options,
        host: proxy.hostname,
        port: proxy.port || 80,
        path: `http://${url.host}${path}`,
      })
    : (secure ? secureRequest : plainRequest)({ ...options, host: url.hostname, port: url.port, path })
  upstream.on('timeout', () => upstream.destroy(new Error('the mirror was silent for a minute')))
  response.once('close', () => upstream.destroy())
  upstream.end()
  const [answer] = (await once(upstream, 'response')) as [IncomingMessage]
  upstream.on('error', (error) => answer.destroy(error))
  return answer
}

/** A tunnel to a mirror's HTTPS port, for guests that verify it themselves. */
async function tunnel(
  mirrors: Mirrors,
  request: IncomingMessage,
  { client, head }: { client: Duplex; head: Buffer },
): Promise<void> {
  const [, host = '', port] = /^(.+):(\d+)$/.exec(request.url ?? '') ?? []
  if (port !== '443') throw new Refusal(403, 'assay: tunnels lead to port 443 of a mirror only.')
  mirrorOf(mirrors, host)
  const proxy = mirrors.proxyFor(host)
  const upstream = proxy
    ? await tunnelThrough(proxy, `${host}:443`)
    : connect({ host, port: 443, ...(!mirrors.mayBeLocal(host) && { lookup: lookupRemote }) })
  client.once('close', () => upstream.destroy())
  upstream.setTimeout(silenceMs, () => upstream.destroy())
  if (!proxy) await once(upstream, 'connect')
  client.write('HTTP/1.1 200 Connection established\r\n\r\n')
  const words = await firstWords(client, head)
  if (words === null || nameIn(words) !== host.toLowerCase()) {
    upstream.destroy()
    client.destroy()
    throw new Refusal(403, `assay: what goes through a tunnel to ${host} must be TLS that asks for ${host}.`)
  }
  upstream.write(words)
  await Promise.all([pipeline(client, upstream), pipeline(upstream, client)]).catch(() => {
    client.destroy()
    upstream.destroy()
  })
}

/** What a client says first, as far as its hello goes; null: it says none in time. */
async function firstWords(client: Duplex, head: Buffer): Promise<Buffer | null> {
  let words = head
  const gone = new AbortController()
  client.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(helloMs)])
  while (readClientHello(words).is === 'more' && words.length <= longestHello) {
    const chunk = (client.read() ??
      (await once(client, 'readable', { signal }).then(
        () => client.read() as Buffer | null,
        () => null,
      ))) as Buffer | null
    if (chunk === null) return null
    words = Buffer.concat([words, chunk])
  }
  return words
}

function nameIn(words: Buffer): string | null {
  const hello = readClientHello(words)
  return hello.is === 'hello' ? (hello.name?.toLowerCase() ?? null) : null
}

async function tunnelThrough(proxy: URL, target: string): Promise<Socket> {
  const asked = plainRequest({
    method: 'CONNECT',
    host: proxy.hostname,
    port: proxy.port || 80,
    path: target,
    headers: { host: target, ...authorization(proxy) },
    timeout: silenceMs,
  })
  asked.on('timeout', () => asked.destroy(new Error('the host’s own proxy was silent for a minute')))
  asked.end()
  const [answer, socket, head] = (await once(asked, 'connect')) as [IncomingMessage, Socket, Buffer]
  if (answer.statusCode === 200) {
    socket.unshift(head)
    return socket
  }
  socket.destroy()
  throw new Refusal(502, `assay: the host's own proxy answered ${answer.statusCode ?? 0}.`)
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const secret = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  )
  return { 'proxy-authorization': `Basic ${secret}` }
}
