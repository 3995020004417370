/**
 * Bodies of requests: read where it is known who sends them, within a bound, and parsed by a schema or every problem at once.
 * Nothing else of the server reads one (eslint.config.js holds that), for a body is work that whoever sends it makes us do.
 */
import { raw, text, type Request, type RequestHandler } from 'express'
import { AppError, InvalidInput } from '../core/errors.ts'
import { parseJson } from '../core/json.ts'
import type { Validator } from '../schemas/validate.ts'

/** As body-parser has it: bytes, or words such as 64kb. */
type Limit = number | string

/** Of what a person or a program says in a few fields. */
const smallBody = '64kb'

/** What is compressed is refused: how much comes out of it nobody knows before. */
const bounds = (limit: Limit) => ({ limit, inflate: false, type: () => true })

function read(parser: RequestHandler, request: Request): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { res: response } = request
    if (!response) throw new Error('a request without a response')
    void parser(request, response, (error?: unknown) => {
      if (error instanceof Error) reject(error)
      else resolve(request.body)
    })
  })
}

/** The body as JSON; an empty object where there is none, or where it is said to be something else. Throws BAD_JSON or TOO_LARGE. */
export async function readJson(request: Request, limit: Limit = smallBody): Promise<unknown> {
  const body = request.is('json') === 'json' ? await readText(request, limit) : ''
  if (body.trim() === '') return {}
  try {
    const value = parseJson(body)
    if (typeof value === 'object' && value !== null) return value
    throw new SyntaxError('it is neither an object nor a list')
  } catch (error) {
    throw new AppError('BAD_JSON', 400, `The body is not JSON: ${(error as Error).message}`)
  }
}

/** The same where its fields are looked at one by one. */
export async function readFields(request: Request): Promise<Record<string, unknown>> {
  const value = await readJson(request)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

/** The body as it came, whatever it says that it is. Throws TOO_LARGE. */
export async function readBytes(request: Request, limit: Limit): Promise<Buffer> {
  const body = await read(raw(bounds(limit)), request)
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0)
}

/** The body as text, whatever it says that it is. Throws TOO_LARGE. */
export async function readText(request: Request, limit: Limit): Promise<string> {
  const body = await read(text(bounds(limit)), request)
  return typeof body === 'string' ? body : ''
}

/** `body` as what `validate` says it is; throws INVALID_INPUT. */
export function parseBody<T>(body: unknown, validate: Validator<T>): T {
  const { value, problems } = validate(body ?? {})
  if (value !== undefined) return value
  throw new InvalidInput(
    'The body',
    problems.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`),
  )
}
