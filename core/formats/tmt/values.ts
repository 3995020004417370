/** Values of a node as the kinds that tmt wants, with a word about each that is of another kind. Pure. */
import { isData, type Data } from '../fmf/merge.ts'

/** Says what is wrong with the value of a key. */
export type Refuse = (key: string, message: string, mend: string) => void

/** Values of a node, and where to complain about them. */
export interface Values {
  data: Data
  refuse: Refuse
}

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value)

/** As Python writes it, which is what tests are used to. */
const asText = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value)

export function textOf({ data, refuse }: Values, key: string): string | null {
  const value = data[key]
  if (value === undefined || value === null) return null
  if (isScalar(value)) return asText(value)
  refuse(key, `${key} is no text`, `write text behind ${key}:`)
  return null
}

/** A list of texts; one text alone is a list of one. */
export function textsOf({ data, refuse }: Values, key: string): string[] {
  const value = data[key]
  if (value === undefined || value === null) return []
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (items.every(isScalar)) return items.map(asText)
  refuse(key, `${key} is neither a text nor a list of texts`, `write a list: ${key}: [one, another]`)
  return []
}

export function flagOf({ data, refuse }: Values, key: string, otherwise: boolean): boolean {
  const value = data[key] ?? otherwise
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  const word = typeof value === 'string' ? value : ''
  if (/^(true|yes)$/i.test(word)) return true
  if (/^(false|no)$/i.test(word)) return false
  refuse(key, `${key} is neither true nor false`, `write ${key}: true or ${key}: false`)
  return otherwise
}

export function numberOf({ data, refuse }: Values, key: string, otherwise: number): number {
  const value = data[key] ?? otherwise
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{1,9}$/.test(value)))
    return Number(value)
  refuse(key, `${key} is no number`, `write a number behind ${key}:`)
  return otherwise
}

/** Variables of the environment. */
export function environmentOf({ data, refuse }: Values, key: string): Record<string, string> {
  const value = data[key]
  if (value === undefined || value === null) return {}
  if (!isData(value)) {
    refuse(key, `${key} does not hold variables`, `write NAME: value below ${key}:`)
    return {}
  }
  const strange = Object.entries(value).find(
    ([name, one]) => !isVariable(name) || !(one === null || isScalar(one)),
  )
  if (strange)
    refuse(key, `${key} cannot hold ${JSON.stringify(strange[0].slice(0, 80))}`, 'write NAME: value')
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, isScalar(one) ? asText(one) : '']),
  )
}

export const isVariable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]{0,199}$/.test(name)

/** Steps and the like: one set of keys, or a list of them. */
export function phasesOf({ data, refuse }: Values, key: string): Data[] {
  const value = data[key]
  if (value === undefined || value === null) return []
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (items.every(isData)) return [...items]
  refuse(key, `${key} holds neither keys nor a list of them`, `write how: below ${key}:`)
  return []
}
