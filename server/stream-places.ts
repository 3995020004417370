/** Places for answers that last, such as a log that is followed: bounded in all, for one client, and in time. */
import type { Request } from 'express'
import { AppError } from '../core/errors.ts'
import { clientOf } from './rate-limit.ts'

/** Streams in all, of one address, and the milliseconds of the longest. */
export interface StreamLimits {
  all: number
  ofOne: number
  life: number
}

export function streamPlaces({ all, ofOne }: Pick<StreamLimits, 'all' | 'ofOne'>) {
  const open = new Map<string, number>()
  let count = 0
  return {
    /** Takes a place; what is returned gives it back. Throws TOO_MANY_STREAMS. */
    take(request: Request): () => void {
      const client = clientOf(request)
      const own = client === null ? 0 : (open.get(client) ?? 0)
      if (count >= all || own >= ofOne) throw tooMany()
      count += 1
      if (client !== null) open.set(client, own + 1)
      return () => {
        count -= 1
        if (client === null) return
        const left = (open.get(client) ?? 1) - 1
        if (left > 0) open.set(client, left)
        else open.delete(client)
      }
    },
  }
}

const tooMany = (): AppError =>
  new AppError(
    'TOO_MANY_STREAMS',
    503,
    'Too many logs are being followed: try again later, or read the log without following it.',
  )
