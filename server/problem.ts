/** The one place where an error becomes an answer: RFC 9457 problem details. */
import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { AppError } from '../core/errors.ts'

export interface Problem {
  type: string
  title: string
  status: number
  /** One sentence that says what to do next. */
  detail: string
  /** Stable, for programs. */
  code: string
}

/** `error` as a problem; null for what nobody expected: a bug, of which callers learn nothing but that it is one. */
export function toProblem(error: unknown): Problem | null {
  const refusal = error instanceof AppError ? error : fromFramework(error)
  if (!refusal) return null
  const { status, code, message, details } = refusal
  return { ...details, ...problem(status, code, message) }
}

const problem = (status: number, code: string, detail: string): Problem => ({
  type: `urn:assay:problem:${code.toLowerCase().replaceAll('_', '-')}`,
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
  code,
})

const internal = problem(500, 'INTERNAL', 'Something went wrong here; it was logged. Try again later.')

/** What express and its body parsers refuse, in our words. */
function fromFramework(error: unknown): AppError | null {
  if (!(error instanceof Error)) return null
  const { status, type } = error as { status?: unknown; type?: unknown }
  if (type === 'entity.too.large')
    return new AppError('TOO_LARGE', 413, 'The body is larger than what is accepted here.')
  if (type === 'entity.parse.failed')
    return new AppError('BAD_JSON', 400, `The body is not JSON: ${error.message}`)
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new AppError('UNSUPPORTED_MEDIA_TYPE', 415, `The body cannot be read: ${error.message}.`)
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new AppError('BAD_REQUEST', status, `The request cannot be understood: ${error.message}.`)
  return null
}

/** How a problem is said to whoever asked. */
export type SayProblem = (request: Request, response: Response, problem: Problem) => void

export const sayInJson: SayProblem = (_, response, problem) => {
  response.type('application/problem+json').send(JSON.stringify(problem))
}

/** Answers every error that a route threw. An answer that had begun can only be cut off. */
export function problemHandler(log: Logger, say: SayProblem = sayInJson): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const known = toProblem(error)
    if (!known && !request.destroyed)
      log.error({ err: error, method: request.method, path: request.path }, 'a request failed')
    if (response.headersSent) {
      next(error)
      return
    }
    const answer = known ?? internal
    if (answer.status === 401) response.set('www-authenticate', 'Bearer realm="assay"')
    response.status(answer.status)
    say(request, response, answer)
  }
}

/** What no route answered. */
export const nothingHere: RequestHandler = (request) => {
  throw new AppError('NOT_FOUND', 404, `There is nothing at ${request.method} ${request.path}.`)
}
