/** Refusals in the words and the type that the git client shows its user: plain text. */
import type { ErrorRequestHandler } from 'express'
import type { Logger } from 'pino'
import { toProblem } from '../problem.ts'

/** Answers every error of a git route. An answer that had begun can only be cut off. */
export function gitProblemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = toProblem(error)
    if (!problem && !request.destroyed) log.error({ err: error, path: request.path }, 'a git request failed')
    if (response.headersSent) {
      next(error)
      return
    }
    const { status, detail } = problem ?? {
      status: 500,
      detail: 'Something went wrong here; it was logged. Try again later.',
    }
    // What makes git ask its user.
    if (status === 401) response.set('www-authenticate', 'Basic realm="assay", charset="UTF-8"')
    if (status === 503) response.set('retry-after', '10')
    const hint = status === 401 ? '\ngit sends it when it is given as the password, with any user name.' : ''
    response.status(status).type('text/plain; charset=utf-8').send(`${detail}${hint}\n`)
  }
}
