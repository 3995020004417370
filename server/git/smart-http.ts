/** git's smart HTTP by the real git: one process per request, everything streamed both ways, nothing kept. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { AppError } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'
import { gitWords, type Service } from './bounded-git.ts'

export interface GitCall {
  service: Service
  /** Path of the repository. */
  gitdir: string
  env: NodeJS.ProcessEnv
  request: IncomingMessage
  response: ServerResponse
}

/** What git itself said before it failed, for the log. */
export interface Ended {
  code: number | null
  said: string
}

const longestSaid = 4_000
/**
 * Milliseconds in which neither side said anything; git itself says something every few seconds, and a pusher's git may
 * take a while to compress.
 */
const patience: Readonly<Record<Service, number>> = { 'git-upload-pack': 60_000, 'git-receive-pack': 180_000 }
/** Milliseconds until a body begins, and until what a reader tells has come whole. */
const bodyPatience = { begin: 15_000, wholeOfReader: 60_000 }
/** What a client may tell: a pack and what goes around it, or commits that it has. */
const longestRequest: Readonly<Record<Service, number>> = {
  'git-upload-pack': 64 * 1024 ** 2,
  'git-receive-pack': limits.packBytes + 64 * 1024 ** 2,
}

/** What is read of a body that nobody wants any more: as much as a push may have at most, and milliseconds for it. */
const mostDrained = limits.packBytes
const drainPatience = 600_000

/** What a client asks for in its Git-Protocol header or GIT_PROTOCOL: `version=2`, if it says so and nothing else. */
export const gitProtocol = (told: unknown): string | null =>
  typeof told === 'string' && /^version=[0-2](:[a-z0-9=-]{1,32}){0,4}$/.test(told) ? told : null

const protocolOf = ({ headers }: IncomingMessage): string | null => gitProtocol(headers['git-protocol'])

/** Answers `info/refs`: what there is to fetch, or to push to. */
export async function advertise(call: GitCall): Promise<Ended> {
  const { service, response, request } = call
  const speaksTwo = service === 'git-upload-pack' && protocolOf(request)?.startsWith('version=2') === true
  answer(response, `application/x-${service}-advertisement`)
  const child = start(call, ['--http-backend-info-refs'])
  child.stdin.end()
  return converse(call, child, speaksTwo ? '' : packetLine(`# service=${service}\n`) + '0000')
}

const packetLine = (text: string): string => (text.length + 4).toString(16).padStart(4, '0') + text

/** Resolves when there is something of the body: until then a request takes no place. Throws REQUEST_TIMEOUT. */
export async function begun(request: IncomingMessage): Promise<void> {
  if (request.readableLength > 0 || request.complete) return
  const late = AbortSignal.timeout(bodyPatience.begin)
  await Promise.race([
    once(request, 'readable', { signal: late }),
    once(request, 'close', { signal: late }),
  ]).catch(() => {
    throw new AppError('REQUEST_TIMEOUT', 408, 'Nothing of the body came: try again.')
  })
}

/** Answers the one request that follows: sends what was asked for, or takes what is pushed. */
export async function exchange(call: GitCall): Promise<Ended> {
  const { service, request, response } = call
  const body = bodyOf(request)
  request.setTimeout(patience[service], () => request.destroy())
  answer(response, `application/x-${service}-result`)
  const child = start(call, [])
  // A client that goes away in the middle of a push ends git's input: git then throws away what it has.
  const late =
    service === 'git-upload-pack' ? { signal: AbortSignal.timeout(bodyPatience.wholeOfReader) } : {}
  pipeline(partsOf(body), atMost(longestRequest[service]), child.stdin, late).catch(() => drain(request))
  return converse(call, child, '')
}

function answer(response: ServerResponse, type: string): void {
  response.statusCode = 200
  response.setHeader('content-type', type)
  response.setHeader('cache-control', 'no-cache, max-age=0, must-revalidate')
}

function bodyOf(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return request
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 415, 'Only gzip is understood as the encoding of a body.')
  const gunzip = createGunzip()
  pipeline(request, gunzip).catch(() => undefined)
  return gunzip
}

/** Leaves the body open where git ends before it has read all. */
async function* partsOf(body: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of body.iterator({ destroyOnReturn: false })) yield chunk as Buffer
}

/**
 * Throws away what git, which has said why, does not read any more: a client hears nothing before it has sent all. One that
 * never comes to its end is cut off.
 */
function drain(request: IncomingMessage): void {
  if (request.destroyed) return
  const { socket } = request
  let left = mostDrained
  const cut = (): void => void socket.destroy()
  const late = setTimeout(cut, drainPatience)
  request.once('close', () => clearTimeout(late))
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) cut()
  })
  request.unpipe()
  request.resume()
}

function atMost(limit: number): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      seen += chunk.length
      done(seen > limit ? new Error(`more than ${limit} bytes`) : null, chunk)
    },
  })
}

function start(
  { service, gitdir, env, request }: GitCall,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  const protocol = protocolOf(request)
  return spawn(...gitWords(service, ['--stateless-rpc', ...args, gitdir]), {
    env: { ...env, ...(protocol !== null && { GIT_PROTOCOL: protocol }) },
  })
}

/** Hands on what git says until git is done. */
async function converse(call: GitCall, child: ChildProcessWithoutNullStreams, first: string): Promise<Ended> {
  const { service, response } = call
  const ended = once(child, 'close') as Promise<[number | null]>
  // A git that cannot even be started is told by awaiting it below.
  ended.catch(() => undefined)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-longestSaid)))
  child.stdin.on('error', () => undefined)
  const gone = new AbortController()
  response.once('close', () => {
    gone.abort()
    // A push that is past its body is let finish: killed between its branches it would be half in.
    if (service === 'git-upload-pack') child.kill('SIGTERM')
  })
  let sent = false
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    // Nobody listens any more: git must still be able to finish its sentence.
    if (gone.signal.aborted) continue
    if (!sent && first !== '') response.write(first)
    sent = true
    if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal }).catch(() => undefined)
  }
  const [code] = await ended
  if (!gone.signal.aborted) finish(response, { isAnswered: sent || code === 0, said })
  return { code, said }
}

/** How git says that it was asked for nothing that its protocol knows. */
const notUnderstood =
  /^fatal: .*\b(protocol error|hung up unexpectedly|unexpected|unknown|bad line length)\b/m

function finish(response: ServerResponse, { isAnswered, said }: { isAnswered: boolean; said: string }): void {
  if (isAnswered) response.end()
  else if (notUnderstood.test(said))
    throw new AppError('BAD_GIT_REQUEST', 400, 'This is no request of the protocol of git.')
  else
    throw new AppError(
      'GIT_FAILED',
      500,
      'git could not answer this request: the log of this server says why.',
    )
}
