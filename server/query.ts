/** Reads the query of a request: every value once, as what it must be. */
import { AppError } from '../core/errors.ts'
import { parsePackage } from '../core/names.ts'
import type { Package } from './store/packages.ts'
import type { Stores } from './store/stores.ts'

type Query = Record<string, unknown>

/** The text of `?name=`; undefined where absent. Throws BAD_QUERY where it is given twice or too long. */
export function textFrom(query: Query, name: string): string | undefined {
  const value = query[name]
  if (value === undefined || (typeof value === 'string' && value.length <= 512 && !value.includes('\0')))
    return value
  throw new AppError('BAD_QUERY', 400, `${name} is one text of at most 512 characters.`)
}

/** The number of `?name=`, from 1 to a billion; throws BAD_QUERY for any other. */
export function numberFrom(query: Query, name: string): number | undefined {
  const text = textFrom(query, name)
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new AppError('BAD_QUERY', 400, `${name} is a number from 1.`)
  return Number(text)
}

/** The value of `?name=`, one of `choices`. */
export function choiceFrom<T extends string>(
  query: Query,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textFrom(query, name)
  if (text === undefined) return undefined
  const choice = choices.find((one) => one === text)
  if (choice === undefined) throw new AppError('BAD_QUERY', 400, `${name} is one of ${choices.join(', ')}.`)
  return choice
}

const momentPattern = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d:\d\d)?$/

/**
 * The moment of `?name=` as ISO 8601 in UTC: a day, or a day and a time, in UTC where no offset says otherwise.
 * Of a day alone, `edge` says which of its ends is meant.
 */
export function timeFrom(query: Query, name: string, edge: 'begin' | 'end'): string | undefined {
  const text = textFrom(query, name)
  if (text === undefined) return undefined
  const [, day = '', time, , , offset = 'Z'] = momentPattern.exec(text) ?? []
  const moment = Date.parse(`${day}${time ?? 'T00:00'}${offset}`)
  if (Number.isNaN(moment))
    throw new AppError(
      'BAD_QUERY',
      400,
      `${name} is a day or a moment, such as 2026-11-24 or 2026-11-24T05:18Z.`,
    )
  return new Date(moment + (time === undefined && edge === 'end' ? dayLength : 0)).toISOString()
}

const dayLength = 86_400_000

/** The package that `?package=namespace/name` means; throws NOT_FOUND. */
export async function packageFrom(stores: Stores, query: Query): Promise<Package | undefined> {
  const text = textFrom(query, 'package')
  return text === undefined ? undefined : stores.packages.get(parsePackage(text))
}
