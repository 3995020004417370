/** What of a request's and an answer's headers passes through the proxy. Pure. */
import type { IncomingHttpHeaders } from 'node:http'

/** All that fetching a package takes. What is not named here stays in the machine. */
const wanted = [
  'accept',
  'accept-encoding',
  'cache-control',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
]

/** Headers about one connection only (RFC 9110, 7.6.1). */
const hops = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function forwardable(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of wanted) {
    const value = headers[name]
    if (typeof value === 'string') kept[name] = value
  }
  return kept
}

export function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !hops.has(name) && !named.includes(name) && name !== 'set-cookie',
    ),
  )
}
