/** Lists come in pages of `{data, next}`: `next` is an opaque cursor, or null on the last page. */
import { AppError, NotFound } from '../core/errors.ts'

export interface PageRequest {
  limit: number
  /** Key of the last item already seen. */
  after: string | undefined
}

export interface Page<T> {
  data: T[]
  next: string | null
}

const limits = { default: 20, max: 100 }

/** Reads `?limit=` (1 to 100) and `?cursor=`; throws BAD_LIMIT or BAD_CURSOR. `isKey`: what a cursor must hold. */
export function readPage(query: Record<string, unknown>, isKey: (key: string) => boolean): PageRequest {
  const cursor = query['cursor']
  return {
    limit: readLimit(query['limit']),
    after: cursor === undefined ? undefined : readCursor(cursor, isKey),
  }
}

/** `items`: one more than the page holds, where there are more. */
export function page<T>(items: readonly T[], limit: number, keyOf: (item: T) => string): Page<T> {
  const data = items.slice(0, limit)
  const last = data.at(-1)
  return { data, next: items.length > limit && last !== undefined ? toCursor(keyOf(last)) : null }
}

const toCursor = (key: string): string => Buffer.from(key).toString('base64url')

function readLimit(text: unknown): number {
  if (text === undefined) return limits.default
  const limit = typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > limits.max)
    throw new AppError('BAD_LIMIT', 400, `limit is a number from 1 to ${limits.max}.`)
  return limit
}

function readCursor(cursor: unknown, isKey: (key: string) => boolean): string {
  const key = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString() : ''
  if (toCursor(key) === cursor && isKey(key)) return key
  throw new AppError(
    'BAD_CURSOR',
    400,
    'cursor is not one that this list gave: use the `next` of the page before.',
  )
}

export const isRowId = (text: string): boolean => /^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 31

/** The id of a row as an address has it; what cannot be one is not there. Throws NOT_FOUND. */
export function rowId(what: string, text: string): number {
  if (!isRowId(text)) throw new NotFound(what, text.slice(0, 100))
  return Number(text)
}
