/** One HTTP request over TCP or a unix socket, answered by the response as it comes. */
import { Agent, request as plainRequest, type IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface Sending {
  method?: string
  headers?: Record<string, string>
  body?: Buffer | Readable
  signal?: AbortSignal | undefined
  /** Milliseconds without a byte in either direction before it is given up. */
  silenceMs?: number
  /** How the host's name is resolved; by default as usual. */
  lookup?: LookupFunction
}

const keepAlive = { keepAlive: true, maxFreeSockets: 4 }
const agents = { http: new Agent(keepAlive), https: new SecureAgent(keepAlive) }

/**
 * `address`: http(s)://host… or unix:/path of a socket; `path` is appended to it. Redirects are not followed.
 * Rejects when there is no answer; reading the response may fail later.
 */
export function exchange(
  address: string,
  path: string,
  { method = 'GET', headers = {}, body, signal, silenceMs = 30_000, lookup }: Sending = {},
): Promise<IncomingMessage> {
  const options = { method, headers, ...(signal && { signal }), ...(lookup && { lookup }) }
  return new Promise((resolve, reject) => {
    const sending = address.startsWith('unix:')
      ? plainRequest(
          { ...options, agent: agents.http, socketPath: address.slice('unix:'.length), path },
          resolve,
        )
      : address.startsWith('https:')
        ? secureRequest(`${address}${path}`, { ...options, agent: agents.https }, resolve)
        : plainRequest(`${address}${path}`, { ...options, agent: agents.http }, resolve)
    sending.on('error', reject)
    sending.setTimeout(silenceMs, () =>
      sending.destroy(new Error(`nothing was heard for ${silenceMs / 1000} seconds`)),
    )
    if (body === undefined || Buffer.isBuffer(body)) sending.end(body)
    else pipeline(body, sending).catch(reject)
  })
}

/** The whole body as text, at most `limit` bytes of it. */
export async function textOf(response: IncomingMessage, limit = 1 << 20): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > limit) throw new Error(`an answer of more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
