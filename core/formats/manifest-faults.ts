/** What is wrong with a checks.yaml that is YAML: in the words of whoever writes it, with what to write instead. */
import type { Manifest, ManifestCheck, ManifestOptions } from '../../schemas/types.gen.ts'
import type { Problem, Validator } from '../../schemas/problems.ts'
import { sizeText, timeText, type CheckBounds } from '../check-bounds.ts'
import type { Fault } from '../check.ts'
import { fullName, isShared, type PackageName } from '../names.ts'
import { didYouMean } from './did-you-mean.ts'
import { limits } from './limits.ts'
import type { RepositoryContext } from './repository-context.ts'
import type { Source } from './source.ts'
import { mebibytesOf, secondsOf } from './units.ts'

type Wrong = Omit<Fault, 'file'>
type Said = Pick<Wrong, 'message' | 'mend'>

/** What stands behind each key. */
const expected: Readonly<Record<keyof ManifestCheck, string>> = {
  run: 'a shell command of at most 16384 characters, such as ./smoke.sh; several lines after run: |',
  summary: 'one line of at most 200 characters',
  image: 'the name of an image, such as debian-12',
  install: 'true or false',
  packages: 'a list of at most 200 package names, such as [curl]',
  on: 'build, or attributes of an event, such as {type: org.example.ping}',
  for: 'a list of packages, such as [deb/hello]',
  arch: 'a list of architectures, such as [x86_64]',
  timeout: 'a time such as 90s, 10m or 2h',
  network: 'none, mirror or internet',
  memory: 'a size such as 512M or 2G',
  cpus: 'a whole number from 1 to 64',
  disk: 'a size such as 512M or 4G',
  results: 'exit, tap, {junit: PATH} or {results: PATH}',
}
const checkKeys = Object.keys(expected) as (keyof ManifestCheck)[]
const isCheckKey = (key: string): key is keyof ManifestCheck => Object.hasOwn(expected, key)
/** What checks of other formats may be given. */
const optionKeys: readonly (keyof ManifestOptions)[] = [
  ...(['image', 'on', 'arch', 'timeout', 'network', 'memory', 'cpus', 'disk'] as const),
]
/** By the key at the top: what may stand below each name in it. */
const keysBelow: Readonly<Record<string, readonly (keyof ManifestCheck)[]>> = {
  checks: checkKeys,
  others: optionKeys,
}

const example = 'checks:, below it a name such as smoke:, and below that run: ./smoke.sh'

/** Everything that is wrong, one fault per key. */
export function manifestFaults(
  source: Source,
  validate: Validator<Manifest>,
  context: RepositoryContext,
): Wrong[] {
  const checks = valueAt(source.data, ['checks'])
  const names = isObject(checks) ? Object.keys(checks) : []
  if (names.length > limits.checks) {
    const message = `${names.length} checks are too many`
    const mend = `declare at most ${limits.checks}: one check may give many results with assay-result`
    return [{ ...source.at(['checks'], 'key'), message, mend }]
  }
  const others = valueAt(source.data, ['others'])
  return [
    ...schemaFaults(source, validate),
    ...names.flatMap((name) => ruleFaults(source, ['checks', name], context)),
    ...(isObject(others) ? Object.keys(others) : []).flatMap((glob) =>
      ruleFaults(source, ['others', glob], context),
    ),
  ]
}

function schemaFaults(source: Source, validate: Validator<Manifest>): Wrong[] {
  const { problems } = validate(source.data)
  // A misspelt `checks` is the cause of the missing one.
  const isMisspelt = problems.some(({ path }) => path.length === 1)
  const causes = isMisspelt ? problems.filter(({ path }) => path.length > 0) : problems
  return causes.map((problem) => toFault(source, problem))
}

function toFault(source: Source, { path, message }: Problem): Wrong {
  const [top = '', check = null, key] = path
  const what = message.startsWith('unknown key') ? 'key' : 'value'
  const keys = keysBelow[top]
  if (!keys || check === null) return { ...source.at(path, what), ...aboutWhole(source.data, path) }
  const value = valueAt(source.data, path)
  if (key === undefined)
    return {
      ...source.at(path, 'key'),
      ...(top === 'others' ? aboutOthers(check, value) : aboutCheck(check, value, message)),
    }
  if (!isCheckKey(key) || !keys.includes(key)) return { ...source.at(path, 'key'), ...unknownKey(key, keys) }
  // `on` and `results` may be several things: what is wrong with each of them is one fault.
  const isItem = path.length > 3 && key !== 'on' && key !== 'results'
  const place = path.slice(0, isItem ? 4 : 3)
  return { ...source.at(place, 'value'), ...aboutValue(valueAt(source.data, place), key, isItem) }
}

function aboutWhole(data: unknown, [top]: readonly string[]): Said {
  if (data === null) return { message: 'is empty', mend: `write ${example}` }
  if (top === undefined && !isObject(data))
    return { message: `holds ${kindOf(data)} where checks are due`, mend: `write ${example}` }
  if (top === undefined) return { message: 'declares no checks', mend: `write ${example}` }
  if (top === 'checks')
    return { message: `checks cannot be ${show(valueAt(data, ['checks']))}`, mend: `write ${example}` }
  if (top === 'others')
    return {
      message: `others cannot be ${show(valueAt(data, ['others']))}`,
      mend: `write names of checks below others:, such as 'tmt.*':, and below those ${optionKeys.join(', ')}`,
    }
  const meant = didYouMean(top, Object.keys(keysBelow))
  return {
    message: `unknown key ${show(top)}`,
    mend: meant === null ? 'write the names of checks below checks:' : `write ${meant}:`,
  }
}

function aboutCheck(name: string, value: unknown, message: string): Said {
  if (message.startsWith('key '))
    return { message: `check ${show(name)} has no run`, mend: `add run: and ${expected.run}` }
  if (message.startsWith('must be '))
    return {
      message: `check ${show(name)} is ${kindOf(value)}`,
      mend: 'write keys below it, at least run: ./smoke.sh',
    }
  return {
    message: `${show(name)} cannot be the name of a check`,
    mend: 'write at most 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or a digit',
  }
}

const aboutOthers = (glob: string, value: unknown): Said =>
  isObject(value) && Object.keys(value).length > 0
    ? {
        message: `${show(glob)} cannot be the name of checks`,
        mend: 'write a name as the push tells it; * is any run of characters',
      }
    : { message: `${show(glob)} is given ${kindOf(value)}`, mend: `write ${optionKeys.join(', ')} below it` }

function unknownKey(key: string, keys: readonly string[]): Said {
  const meant = didYouMean(key, keys)
  return {
    message: `unknown key ${show(key)}`,
    mend: meant === null ? `write one of ${keys.join(', ')}` : `write ${meant}:`,
  }
}

function aboutValue(value: unknown, key: keyof ManifestCheck, isItem: boolean): Said {
  if (isItem) return { message: `${key} cannot hold ${show(value)}`, mend: `write ${expected[key]}` }
  const message = `${key} cannot be ${show(value)}`
  if (expected[key].startsWith('a list') && typeof value === 'string')
    return { message, mend: `write a list: ${key}: [${value.slice(0, 60)}]` }
  return { message, mend: `write ${expected[key]}` }
}

/** What any machine can have; a site may give less. */
const widest: CheckBounds = { memoryMiB: 65_536, cpus: 64, diskMiB: 1_048_576, timeoutSeconds: 86_400 }

const amounts = {
  timeout: {
    of: secondsOf,
    least: 1,
    most: 'timeoutSeconds',
    words: (most: string) => `a time of at most ${most}`,
  },
  memory: {
    of: mebibytesOf,
    least: 128,
    most: 'memoryMiB',
    words: (most: string) => `a size from 128M to ${most}`,
  },
  disk: {
    of: mebibytesOf,
    least: 64,
    most: 'diskMiB',
    words: (most: string) => `a size from 64M to ${most}`,
  },
  cpus: { of: Number, least: 1, most: 'cpus', words: (most: string) => `a whole number from 1 to ${most}` },
} as const

/** What a schema cannot say: bounds, and whom a check may be for. Values of the wrong shape are the schema's to refuse. */
function ruleFaults(
  source: Source,
  path: readonly string[],
  { repository, bounds }: RepositoryContext,
): Wrong[] {
  const check = valueAt(source.data, path)
  const wrong = (key: readonly string[], said: Said): Wrong => ({
    ...source.at([...path, ...key], 'value'),
    ...said,
  })
  const outOfBounds = (['timeout', 'memory', 'disk', 'cpus'] as const).flatMap((key) => {
    const value = valueAt(check, [key])
    if (typeof value !== (key === 'cpus' ? 'number' : 'string')) return []
    const said = outside(key, String(value), bounds)
    return said === null ? [] : [wrong([key], said)]
  })
  return [...outOfBounds, ...strangers(check, repository).map(({ at, said }) => wrong(['for', at], said))]
}

/** null: it is within the bounds. */
function outside(key: keyof typeof amounts, text: string, bounds: CheckBounds | undefined): Said | null {
  const { of, least, most, words } = amounts[key]
  const bound = Math.min(widest[most], bounds?.[most] ?? Infinity)
  if (!(of(text) < least || of(text) > bound)) return null
  const said = key === 'cpus' ? String(bound) : key === 'timeout' ? timeText(bound) : sizeText(bound)
  const isOurs = bound < widest[most] && of(text) > bound
  return {
    message: `${key} cannot be ${text.slice(0, 60)}`,
    mend: `write ${words(said)}${isOurs ? ', the most that this site gives' : ''}`,
  }
}

/** Packages that a check of this repository cannot be for. */
function strangers(check: unknown, repository: PackageName | null): { at: string; said: Said }[] {
  const packages = valueAt(check, ['for'])
  if (!repository || isShared(repository.namespace) || !Array.isArray(packages)) return []
  const own = fullName(repository)
  return packages.flatMap((other: unknown, at) => {
    if (other === own) return []
    const message = `a check of ${own} cannot be for ${show(other)}`
    const mend = 'remove it: checks for several packages belong in a shared repository, dist/…'
    return [{ at: String(at), said: { message, mend } }]
  })
}

/** A value as it may stand in a sentence. */
function show(value: unknown): string {
  if (value === null) return 'nothing'
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) return 'this'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object'
    ? 'keys'
    : `the ${typeof value === 'string' ? 'text' : 'value'} ${show(value)}`
}

function valueAt(data: unknown, path: readonly string[]): unknown {
  let value = data
  for (const key of path)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined
  return value
}
