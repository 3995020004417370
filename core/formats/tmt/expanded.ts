/**
 * What a plan names of its variables and of its context ($NAME, ${NAME}, $@dimension), put in wherever it stands: tmt does so
 * before it reads a plan, also within scripts, whatever the quotes there. What it does not know stays as it is, for a shell.
 * Pure. After tmt's documentation of variables in plans.
 */
import type { Context } from '../fmf/condition.ts'
import { isData, type Data } from '../fmf/merge.ts'
import type { Values } from './values.ts'

export type Variables = Readonly<Record<string, string>>

/** Characters that are put in at most, in all. */
const most = 1024 ** 2

export function expanded({ data, refuse }: Values, variables: Variables, context: Context): Data {
  const known = new Map(Object.entries(variables))
  const dimensions = new Map([...known, ...[...context].map(([name, all]) => [name, all.join(',')] as const)])
  let left = most
  const inText = (text: string): string =>
    text.replaceAll(/\$(@?)(\w+|\{\w*\})/g, (whole, at: string, name: string) => {
      const value = (at === '' ? known : dimensions).get(name.replaceAll(/[{}]/g, ''))
      left -= value?.length ?? 0
      return left < 0 ? whole : (value ?? whole)
    })
  const inAll = (value: unknown): unknown => {
    if (typeof value === 'string') return inText(value)
    if (Array.isArray(value)) return value.map(inAll)
    return isData(value) ? inData(value) : value
  }
  const inData = (one: Data): Data =>
    Object.fromEntries(Object.entries(one).map(([key, value]) => [key, inAll(value)]))
  const whole = inData(data)
  if (left >= 0) return whole
  refuse(
    'environment',
    `what it says of its variables makes it longer than ${most} characters`,
    'shorten them',
  )
  return data
}
