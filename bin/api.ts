/** The command line's way to the server: its socket in the data folder, or ASSAY_SERVER with ASSAY_TOKEN. */
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Config } from '../core/config.ts'
import { AppError } from '../core/errors.ts'
import { exchange, textOf } from '../runner/http.ts'

export interface Api {
  /** Where requests go, in words. */
  address: string
  get: <T>(path: string) => Promise<T>
  post: <T>(path: string, json?: unknown, type?: string) => Promise<T>
  put: <T>(path: string, json: unknown) => Promise<T>
  remove: <T = null>(path: string) => Promise<T>
  upload: <T>(path: string, body: Readable) => Promise<T>
  /** The body as it comes. */
  stream: (path: string) => Promise<Readable>
}

interface Sending {
  method: string
  path: string
  body?: Buffer | Readable
  type?: string
}

/** Bytes. A page of a hundred executions with their attempts is far below. */
const answerLimit = 64 * 1024 ** 2

/** Every call throws AppError with the server's own words, or SERVER_UNREACHABLE. */
export function openApi({ server, token, data }: Pick<Config, 'server' | 'token' | 'data'>): Api {
  const address = server ?? `unix:${join(data, 'assay.sock')}`
  const send = async (sending: Sending): Promise<IncomingMessage> => {
    const { method, path, body, type } = sending
    const headers = {
      accept: 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(type && { 'content-type': type }),
    }
    // A log that is followed may be silent for as long as its check is.
    const options = { method, headers, ...(body && { body }), silenceMs: 0 }
    const response = await exchange(address, path, options).catch((error: unknown) => {
      throw unreachable(address, error as Error)
    })
    if ((response.statusCode ?? 500) < 400) return response
    throw refusal(response.statusCode ?? 500, await textOf(response))
  }
  const json = async <T>(sending: Sending): Promise<T> => {
    const text = await textOf(await send(sending), answerLimit)
    return (text === '' ? null : JSON.parse(text)) as T
  }
  return {
    address,
    get: (path) => json({ method: 'GET', path }),
    post: (path, body, type = 'application/json') =>
      json({
        method: 'POST',
        path,
        ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)), type }),
      }),
    put: (path, body) =>
      json({ method: 'PUT', path, body: Buffer.from(JSON.stringify(body)), type: 'application/json' }),
    remove: (path) => json({ method: 'DELETE', path }),
    upload: (path, body) => json({ method: 'POST', path, body, type: 'application/octet-stream' }),
    stream: (path) => send({ method: 'GET', path }),
  }
}

/** The server's problem details as an error of ours. */
function refusal(status: number, text: string): AppError {
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string }
    if (code !== undefined && detail !== undefined) return new AppError(code, status, detail)
  } catch {
    // Not ours: some proxy on the way, which says it in its own words.
  }
  return new AppError('UNEXPECTED_ANSWER', 502, `The server answered ${status}: ${text.slice(0, 300)}`)
}

const unreachable = (address: string, { message }: Error): AppError =>
  new AppError(
    'SERVER_UNREACHABLE',
    503,
    `No server answers at ${address} (${message}): start one with \`assay up\`, or set ASSAY_SERVER and ASSAY_TOKEN.`,
  )
