/** How ResultsDB's API answers: its forms, its refusals, and the addresses in them. */
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { AppError } from '../../core/errors.ts'
import { Refused, ValidationFaults } from '../../core/resultsdb/faults.ts'
import { around, links, readable } from '../../core/resultsdb/links.ts'
import { toProblem } from '../problem.ts'
import type { Services } from '../services.ts'

/**
 * The public base address; where the site names none, whatever name the client used for it, as ResultsDB does: the reply
 * is read by nobody else.
 */
export function baseOf({ config, baseUrl }: Pick<Services, 'config' | 'baseUrl'>, request: Request): string {
  const host = request.get('host') ?? ''
  return config.url === null && /^[\w.-]+(:\d{1,5})?$|^\[[0-9a-f:.]+\](:\d{1,5})?$/i.test(host)
    ? `http://${host}`
    : baseUrl()
}

export const linksOf = (services: Pick<Services, 'config' | 'baseUrl'>, request: Request) =>
  links(baseOf(services, request))

/** What was asked for behind the `?`. */
export const paramsOf = (request: Request): URLSearchParams => {
  const start = request.originalUrl.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : request.originalUrl.slice(start + 1))
}

/** Answers with a page of a list; `items`: one more than it holds, where there are more. */
export function sendPage<T>(
  services: Pick<Services, 'config' | 'baseUrl'>,
  request: Request,
  response: Response,
  { items, limit, view }: { items: readonly T[]; limit: number; view: (item: T) => unknown },
): void {
  const url = readable(`${baseOf(services, request)}${request.originalUrl}`)
  const { next, prev } = around(url, items.length > limit)
  response.json({ data: items.slice(0, limit).map(view), next, prev })
}

/** Answers 404 unless there is something. */
export function found<T>(thing: T | null, what: string): T {
  if (thing === null) throw new Refused(`${what} not found`, 404)
  return thing
}

export const notFound: RequestHandler = () => {
  throw new Refused('Not found', 404)
}

/** For every other method at an address that knows `methods`. */
export const onlyMethods =
  (...methods: readonly string[]): RequestHandler =>
  (_, response) => {
    response.set('allow', methods.join(', '))
    throw new Refused('Method Not Allowed', 405)
  }

/** Refusals as ResultsDB says them. */
export function refusals(log: Services['log']): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    if (error instanceof ValidationFaults) {
      const { faults, message } = error
      // Its Python client asks for text, and breaks on a refusal without a message.
      const alone = request.get('accept') !== 'text/plain'
      response.status(400).json({ ...(!alone && { message }), validation_error: faults })
      return
    }
    const known = error instanceof AppError ? error : toProblem(error)
    if (!known) log.error({ err: error, method: request.method, path: request.path }, 'a request failed')
    if (known?.status === 401) response.set('www-authenticate', 'Bearer realm="assay"')
    response.status(known?.status ?? 500).json({ message: messageOf(known) })
  }
}

function messageOf(known: AppError | ReturnType<typeof toProblem>): string {
  if (known === null) return 'Internal Server Error'
  if (known instanceof AppError) return known.message
  return known.code === 'BAD_JSON' || known.code === 'BAD_REQUEST' ? 'Bad request' : known.detail
}
