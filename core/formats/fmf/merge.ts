/** Keys with a suffix: what a child adds to, takes from or replaces in the value of its parent. Pure; nothing is changed in place. */
import { BadPattern, type Patterns } from './pattern.ts'

export type Data = Readonly<Record<string, unknown>>

/** A key that cannot be merged. */
export class BadMerge extends Error {
  /** With its suffix. */
  readonly key: string
  constructor(key: string, message: string) {
    super(message)
    this.key = key
  }
}

type Suffix = '' | '+' | '+<' | '-' | '-~' | '~'

/** Of a value that was merged: what nobody writes, but many small additions may make. */
const most = { text: 100_000, items: 10_000 }

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** `key` without its suffix. */
export function splitKey(key: string): { name: string; suffix: Suffix } {
  const suffix = (/(\+<|-~|[+~-])$/.exec(key)?.[0] ?? '') as Suffix
  return { name: key.slice(0, key.length - suffix.length), suffix }
}

/** `own` on top of `base`, in the order of its keys. Throws BadMerge. */
export function merge(base: Data, own: Data, patterns: Patterns): Data {
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(own)) {
    const { name, suffix } = splitKey(key)
    const result = mergeValue({ key, suffix, patterns }, merged.has(name) ? [merged.get(name)] : [], value)
    if (result !== nothing) merged.set(name, bounded(key, result))
  }
  return Object.fromEntries(merged)
}

interface Merging {
  key: string
  suffix: Suffix
  patterns: Patterns
}

const nothing = Symbol('nothing')

/** `before`: the value that is there, if any. */
function mergeValue(how: Merging, before: readonly unknown[], value: unknown): unknown {
  const { key, suffix, patterns } = how
  if (suffix === '') return value
  if (before.length === 0) {
    if (suffix === '-') throw new BadMerge(key, `${key} takes away from what is not there`)
    if (suffix === '~' || suffix === '-~') return nothing
    return isData(value) ? merge({}, value, patterns) : value
  }
  const [old] = before
  try {
    if (suffix === '~') return replaced(how, old, value)
    if (suffix === '-~') return withoutMatching(how, old, value)
    return suffix === '-' ? reduced(how, old, value) : added(how, old, value)
  } catch (error) {
    if (error instanceof BadPattern) throw new BadMerge(key, `${key} ${error.message}`)
    throw error
  }
}

function added({ key, suffix, patterns }: Merging, old: unknown, value: unknown): unknown {
  const isFirst = suffix === '+<'
  if (isData(old) && isData(value)) return merge(old, value, patterns)
  if (isList(old) && isData(value)) return old.map((item) => merge(needData(key, item), value, patterns))
  if (isData(old) && isList(value)) return value.map((item) => merge(old, needData(key, item), patterns))
  if (isList(old) && isList(value)) return isFirst ? [...value, ...old] : [...old, ...value]
  if (typeof old === 'string' && typeof value === 'string') return isFirst ? value + old : old + value
  if (typeof old === 'number' && typeof value === 'number') return old + value
  throw wrongKind(key, old, value)
}

function needData(key: string, item: unknown): Data {
  if (isData(item)) return item
  throw new BadMerge(key, `${key} adds keys to ${kindOf(item)}`)
}

function reduced({ key, patterns }: Merging, old: unknown, value: unknown): unknown {
  if (typeof old === 'number' && typeof value === 'number') return old - value
  if (typeof old === 'string' && typeof value === 'string') return patterns.replace(value, '', old)
  const unwanted = isList(value) ? value : [value]
  if (isList(old)) return old.filter((item) => !unwanted.includes(item))
  if (isData(old)) return withoutKeys(old, (name) => unwanted.includes(name))
  throw wrongKind(key, old, value)
}

function withoutMatching({ key, patterns }: Merging, old: unknown, value: unknown): unknown {
  const sources = texts(key, value)
  const isUnwanted = (item: unknown): boolean =>
    sources.some((source) => patterns.search(source, typeof item === 'string' ? item : JSON.stringify(item)))
  if (isList(old)) return old.filter((item) => !isUnwanted(item))
  if (typeof old === 'string') return isUnwanted(old) ? '' : old
  if (isData(old)) return withoutKeys(old, isUnwanted)
  throw wrongKind(key, old, value)
}

const withoutKeys = (data: Data, isUnwanted: (name: string) => boolean): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !isUnwanted(name)))

/** Each of the values is /PATTERN/REPLACEMENT/, with any letter for the slash. */
function replaced({ key, patterns }: Merging, old: unknown, value: unknown): unknown {
  return texts(key, value).reduce<unknown>((text, said) => {
    const [pattern, replacement, ...rest] = said.slice(1).split(said.slice(0, 1))
    if (pattern === undefined || replacement === undefined || rest.join('') !== '')
      throw new BadMerge(key, `${key} cannot be ${JSON.stringify(said)}: it is written /PATTERN/REPLACEMENT/`)
    const change = (item: unknown): string => {
      if (typeof item !== 'string') throw wrongKind(key, item, said)
      return patterns.replace(pattern, replacement, item)
    }
    return isList(text) ? text.map(change) : change(text)
  }, old)
}

function texts(key: string, value: unknown): readonly string[] {
  const all = isList(value) ? value : [value]
  if (all.every((one) => typeof one === 'string')) return all
  throw new BadMerge(key, `${key} needs text, or a list of texts`)
}

function bounded(key: string, value: unknown): unknown {
  const isLong =
    typeof value === 'string' ? value.length > most.text : isList(value) && value.length > most.items
  if (isLong) throw new BadMerge(key, `${key} grows too long`)
  return value
}

const wrongKind = (key: string, old: unknown, value: unknown): BadMerge =>
  new BadMerge(key, `${key} cannot merge ${kindOf(value)} with ${kindOf(old)}`)

function kindOf(value: unknown): string {
  if (isList(value)) return 'a list'
  if (isData(value)) return 'keys'
  return value === null || value === undefined
    ? 'nothing'
    : `a ${typeof value === 'string' ? 'text' : typeof value}`
}
