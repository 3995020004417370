/** The runner's way to the server: JSON over HTTP, tried again while the server is away, because all of it may be repeated. */
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../core/errors.ts'
import type { Claim, Hello, Job } from '../schemas/types.gen.ts'
import { validateJob } from '../schemas/validate.ts'
import { exchange, textOf } from './http.ts'

export interface Call {
  method?: string
  path: string
  headers?: Record<string, string>
  json?: unknown
  /** Made anew for each try. */
  body?: () => Buffer | Readable
  signal?: AbortSignal | undefined
  /** Milliseconds for which a server that is away or in trouble is tried again. */
  patienceMs?: number
}

export interface ServerClient {
  /** The answer's JSON, or null where it has none. Throws AppError with the server's code, or SERVER_UNREACHABLE. */
  call: (call: Call) => Promise<unknown>
  /** The answer's body as it comes. */
  stream: (call: Call) => Promise<Readable>
  hello: (hello: Hello, signal?: AbortSignal) => Promise<void>
  /** null: it is not for us to run. */
  claim: (execution: string, claimant: Claim) => Promise<Job | null>
}

const pauses = { firstMs: 200, lastMs: 5_000 }
/** What a person would wait for, and what a claim may wait for before the queue has to bring it again. */
const patience = { usualMs: 30_000, claimMs: 10_000 }

/** `address`: http(s)://… without a slash at its end, or unix:/path. */
export function serverClient({ address, token }: { address: string; token: string | null }): ServerClient {
  const answer = (call: Call): Promise<IncomingMessage> =>
    patiently(call, async () => {
      const response = await exchange(address, `/runner/v1/${call.path}`, sendingOf(call, token))
      if ((response.statusCode ?? 500) < 400) return response
      throw refusal(response.statusCode ?? 500, await textOf(response))
    })
  const call: ServerClient['call'] = async (what) => {
    const text = await textOf(await answer(what), 16 << 20)
    return text === '' ? null : (JSON.parse(text) as unknown)
  }
  return {
    call,
    stream: answer,
    async hello(hello, signal) {
      await call({ method: 'POST', path: 'hello', json: hello, signal })
    },
    async claim(execution, claimant) {
      const path = `executions/${encodeURIComponent(execution)}/claim`
      const claiming = call({ method: 'POST', path, json: claimant, patienceMs: patience.claimMs })
      const told = await claiming.catch(notForUs)
      if (told === null) return null
      const { value, problems } = validateJob(told)
      if (value) return value
      throw new AppError(
        'BAD_JOB',
        502,
        `The server's job is not valid: ${JSON.stringify(problems).slice(0, 500)}`,
      )
    },
  }
}

/** Somebody else has it, it is over, or it was never there: nothing to do. */
function notForUs(error: unknown): null {
  if (hasCode(error, 'NOT_CLAIMABLE') || hasCode(error, 'NOT_FOUND')) return null
  throw error
}

export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof AppError && error.code === code

function sendingOf({ method = 'GET', headers = {}, json, body, signal }: Call, token: string | null) {
  const content = json === undefined ? body?.() : Buffer.from(JSON.stringify(json))
  return {
    method,
    signal,
    headers: {
      ...headers,
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(Buffer.isBuffer(content) && { 'content-length': String(content.length) }),
      ...(token !== null && { authorization: `Bearer ${token}` }),
    },
    ...(content && { body: content }),
  }
}

/** Tries again while the server cannot be reached or has trouble of its own; what it refuses, it refuses for good. */
async function patiently<T>(
  { signal, patienceMs = patience.usualMs }: Call,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (let pause = pauses.firstMs; ; pause = Math.min(pause * 2, pauses.lastMs)) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      const known = error instanceof AppError ? error : unreachable(error)
      if ((known.status < 500 && known.status !== 429) || Date.now() + pause > deadline) throw known
      await sleep(pause, undefined, { ...(signal && { signal }) }).catch(() => signal?.throwIfAborted())
    }
  }
}

/** The server's problem details as an error of ours. */
function refusal(status: number, text: string): AppError {
  try {
    const { code, detail, ...more } = JSON.parse(text) as { code: string; detail: string }
    if (typeof code === 'string' && typeof detail === 'string')
      return new AppError(code, status, detail, more)
  } catch {
    // Not the server's own words: some proxy on the way.
  }
  return new AppError('UNEXPECTED_ANSWER', status, `The server answered ${status}: ${text.slice(0, 300)}`)
}

const unreachable = (error: unknown): AppError =>
  new AppError(
    'SERVER_UNREACHABLE',
    503,
    `The server cannot be reached (${error instanceof Error ? error.message : String(error)}): see that it runs, and ASSAY_SERVER.`,
  )
