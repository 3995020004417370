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

/** The package that `?package=namespace/name` means; throws NOT_FOUND. */
export async function packageFrom(stores: Stores, query: Query): Promise<Package | undefined> {
  const text = textFrom(query, 'package')
  return text === undefined ? undefined : stores.packages.get(parsePackage(text))
}
