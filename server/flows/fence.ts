/** The fence around an attempt: only who claimed it may speak about it, and only while it is the newest. */
import { timingSafeEqual } from 'node:crypto'
import { Conflict } from '../../core/errors.ts'
import type { Services } from '../services.ts'
import type { Attempt } from '../store/attempts.ts'
import type { Execution } from '../store/executions.ts'

/** An attempt as its owner names it. */
export interface AttemptRef {
  /** The execution's UUID. */
  id: string
  number: number
  fence: string
}

export interface FencedAttempt {
  execution: Execution
  attempt: Attempt
}

/** The running attempt that the fence belongs to; being named is its sign of life. Throws STALE_ATTEMPT or NOT_FOUND. */
export async function passFence(
  { stores, now }: Pick<Services, 'stores' | 'now'>,
  { id, fence, number }: Omit<AttemptRef, 'number'> & Partial<AttemptRef>,
): Promise<FencedAttempt> {
  const execution = await stores.executions.get(id)
  const attempt = await stores.attempts.find(id, number ?? execution.attempt)
  if (attempt?.endedAt !== null || attempt.number !== execution.attempt || !isFenceOf(attempt, fence))
    throw staleAttempt(id)
  await stores.attempts.seen(id, attempt.number, now())
  return { execution, attempt }
}

export function isFenceOf(attempt: Attempt, fence: string): boolean {
  const expected = Buffer.from(attempt.fence)
  const given = Buffer.from(fence)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

export const staleAttempt = (executionId: string): Conflict =>
  new Conflict(
    'STALE_ATTEMPT',
    `This attempt at execution ${executionId} is over or was taken over: stop it and leave the execution to its owner.`,
  )

export const isStale = (error: unknown): boolean =>
  error instanceof Conflict && error.code === 'STALE_ATTEMPT'
