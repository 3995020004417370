/** What requests of runners say in their path and headers. */
import type { Request } from 'express'
import { AppError, NotFound } from '../core/errors.ts'
import type { AttemptRef } from './flows/fence.ts'
import { parseId } from './parse-id.ts'

type FromExecution = Request<{ uuid: string }>
type FromAttempt = Request<{ uuid: string; number: string }>

export const executionOf = ({ params }: FromExecution): string => parseId('execution', params.uuid)

export const fenceOf = (request: Pick<Request, 'get'>): string => request.get('assay-fence') ?? ''

export function attemptOf(request: FromAttempt): AttemptRef {
  const { uuid, number } = request.params
  if (!/^[1-9]\d{0,3}$/.test(number)) throw new NotFound('attempt', number.slice(0, 20))
  return { id: parseId('execution', uuid), number: Number(number), fence: fenceOf(request) }
}

/** Where in the log the body begins, in bytes. */
export function offsetOf({ query }: Pick<Request, 'query'>): number {
  const text = query['offset']
  if (typeof text === 'string' && /^\d{1,12}$/.test(text)) return Number(text)
  throw new AppError('BAD_OFFSET', 400, 'Say where in the log the bytes begin: ?offset=N.')
}

export function sha256Of(request: Pick<Request, 'get'>): string {
  const text = request.get('assay-sha256') ?? ''
  if (/^[0-9a-f]{64}$/.test(text)) return text
  throw new AppError(
    'BAD_CHECKSUM',
    400,
    'Say what the body hashes to: assay-sha256 with 64 lower-case hex digits.',
  )
}
