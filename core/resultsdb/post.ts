/** What is posted to ResultsDB, parsed as its validator would: with its defaults, its order of faults and its words. */
import { fault, Refused, ValidationFaults, valueFault, type Fault } from './faults.ts'
import { pythonRepr, pythonText } from './python-text.ts'
import { parseSubmitTime } from './times.ts'

/** Undefined: leave it as it is. Null: there is none. */
type Change = string | null | undefined

export interface PostedTestcase {
  name: string
  refUrl: Change
}

export interface PostedGroup {
  /** Null: one is made up. */
  uuid: string | null
  description: Change
  refUrl: Change
}

export interface PostedResult {
  outcome: string
  testcase: PostedTestcase
  groups: PostedGroup[]
  note: string | null
  refUrl: string | null
  /** Key and value, a pair for each value. */
  data: [string, string][]
  /** Microseconds since 1970; null: now. */
  submitTime: number | null
}

type Body = Record<string, unknown>

/** In characters; what the database can index. */
export const longest = { name: 512, uuid: 36, key: 256 }
const most = { groups: 100, pairs: 1000 }

/** `written`: the same body with numbers as they were written. */
export function parseResult(value: unknown, written: unknown, outcomes: readonly string[]): PostedResult {
  const body = parseObject(value)
  const faults: Fault[] = []
  const outcome = readOutcome(body, outcomes, faults)
  const testcase = readTestcase(body, faults)
  const groups = readGroups(body['groups'], faults)
  const note = readText(body, 'note', faults)
  if (!isObject(body['data'] ?? {}))
    faults.push(fault(['data'], 'dict_type', 'Input should be a valid dictionary', body['data']))
  const refUrl = readText(body, 'ref_url', faults)
  const submitTime = readSubmitTime(body['submit_time'], faults)
  finish(faults)
  const data = isObject(written) && isObject(written['data']) ? readData(written['data']) : []
  return { outcome, testcase, groups, note, refUrl, data, submitTime }
}

export function parseGroup(value: unknown): PostedGroup {
  const body = parseObject(value)
  const faults: Fault[] = []
  const [uuid, refUrl, description] = ['uuid', 'ref_url', 'description'].map(
    (key) => readText(body, key, faults) || undefined,
  )
  if (uuid !== undefined) boundText(uuid, longest.uuid, ['uuid'], faults)
  finish(faults)
  return { uuid: uuid ?? null, refUrl, description }
}

export function parseTestcase(value: unknown): PostedTestcase {
  const body = parseObject(value)
  const faults: Fault[] = []
  const name = readName(body, faults)
  const refUrl = readText(body, 'ref_url', faults) ?? undefined
  finish(faults)
  return { name, refUrl }
}

function finish(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new ValidationFaults(faults)
}

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A token that came with the body is no business of whoever reads the faults. */
function parseObject(value: unknown): Body {
  if (!isObject(value))
    throw new ValidationFaults([fault([], 'dict_type', 'Input should be a valid dictionary', value)])
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== '_auth_token'))
}

const missing = (key: string, body: Body): Fault => fault([key], 'missing', 'Field required', body)

function readOutcome(body: Body, outcomes: readonly string[], faults: Fault[]): string {
  const given = body['outcome']
  if (typeof given !== 'string') {
    faults.push('outcome' in body ? noString(['outcome'], given) : missing('outcome', body))
    return ''
  }
  const outcome = given.trim().toUpperCase()
  if (outcome === '') faults.push(tooShort(['outcome'], given))
  else if (!outcomes.includes(outcome))
    faults.push(valueFault(['outcome'], `must be one of: ${outcomes.join(', ')}`, given))
  return outcome
}

function readTestcase(body: Body, faults: Fault[]): PostedTestcase {
  const given = body['testcase']
  const none = { name: '', refUrl: undefined }
  if (!('testcase' in body)) {
    faults.push(missing('testcase', body))
    return none
  }
  if (isEmpty(given) || (isObject(given) && isEmpty(given['name']))) {
    faults.push(valueFault(['testcase'], 'testcase name must be non-empty', given))
    return none
  }
  const testcase = typeof given === 'string' ? { name: given } : given
  if (!isObject(testcase)) {
    faults.push(fault(['testcase'], 'dict_type', 'Input should be a valid dictionary', given))
    return none
  }
  const { name } = testcase
  if (typeof name === 'string') boundText(name, longest.name, ['testcase', 'name'], faults)
  else faults.push(noString(['testcase', 'name'], name))
  const refUrl = readChange(testcase, 'ref_url', ['testcase'], faults)
  return { name: typeof name === 'string' ? name : '', refUrl }
}

/** What Python takes for false. */
const isEmpty = (value: unknown): boolean =>
  !value ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0)

function readGroups(given: unknown, faults: Fault[]): PostedGroup[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) {
    faults.push(fault(['groups'], 'list_type', 'Input should be a valid list', given))
    return []
  }
  if (given.length > most.groups)
    faults.push(valueFault(['groups'], `at most ${most.groups} groups`, given.length))
  return given.slice(0, most.groups).flatMap((group: unknown, at) => readGroup(group, ['groups', at], faults))
}

function readGroup(given: unknown, loc: (string | number)[], faults: Fault[]): PostedGroup[] {
  const group = typeof given === 'string' ? { uuid: given } : given
  if (!isObject(group)) {
    faults.push(noString(loc, given))
    return []
  }
  const uuid = readChange(group, 'uuid', loc, faults) ?? ''
  boundText(uuid, longest.uuid, [...loc, 'uuid'], faults)
  const description = readChange(group, 'description', loc, faults)
  return [{ uuid: uuid === '' ? null : uuid, description, refUrl: readChange(group, 'ref_url', loc, faults) }]
}

function readChange(body: Body, key: string, loc: (string | number)[], faults: Fault[]): Change {
  return key in body ? readText(body, key, faults, loc) : undefined
}

function readText(body: Body, key: string, faults: Fault[], loc: (string | number)[] = []): string | null {
  const value = body[key] ?? null
  if (value === null) return null
  if (typeof value !== 'string') faults.push(noString([...loc, key], value))
  else if (value.includes('\0')) faults.push(noNul([...loc, key], value))
  else return value
  return null
}

function readName(body: Body, faults: Fault[]): string {
  const { name } = body
  if (!('name' in body)) faults.push(missing('name', body))
  else if (typeof name !== 'string') faults.push(noString(['name'], name))
  else if (name === '') faults.push(tooShort(['name'], name))
  else {
    boundText(name, longest.name, ['name'], faults)
    return name
  }
  return ''
}

function readSubmitTime(given: unknown, faults: Fault[]): number | null {
  if (given === undefined || given === null) return null
  const time = parseSubmitTime(given)
  if (time !== undefined) return time
  const expected = 'Expected timestamp in milliseconds or datetime (in format YYYY-MM-DDTHH:MM:SS.ffffff)'
  faults.push(valueFault(['submit_time'], `${expected}, got ${pythonRepr(given)}`, given))
  return null
}

/** A pair for each value of each key; whatever is no text becomes the text that Python makes of it. */
function readData(data: Body): [string, string][] {
  const keys = Object.keys(data)
  const withColon = keys.filter((key) => key.includes(':'))
  if (withColon.length > 0) throw new Refused(`Colon not allowed in key name: ${pythonRepr(withColon)}`)
  const pairs = Object.entries(data).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: unknown): [string, string] => [key, pythonText(one)]),
  )
  const faults = keys.flatMap((key) =>
    key.length > longest.key ? [tooLong(['data', key], longest.key, key)] : [],
  )
  if (pairs.length > most.pairs)
    faults.push(valueFault(['data'], `at most ${most.pairs} values`, pairs.length))
  for (const [key, value] of pairs)
    if (key.includes('\0') || value.includes('\0')) faults.push(noNul(['data', key], value))
  finish(faults)
  return pairs
}

function boundText(text: string, length: number, loc: (string | number)[], faults: Fault[]): void {
  if (text.length > length) faults.push(tooLong(loc, length, text))
  else if (text.includes('\0')) faults.push(noNul(loc, text))
}

const noString = (loc: (string | number)[], input: unknown): Fault =>
  fault(loc, 'string_type', 'Input should be a valid string', input)

const tooShort = (loc: (string | number)[], input: string): Fault =>
  fault(loc, 'string_too_short', 'String should have at least 1 character', input)

const tooLong = (loc: (string | number)[], length: number, input: string): Fault =>
  fault(loc, 'string_too_long', `String should have at most ${length} characters`, input)

const noNul = (loc: (string | number)[], input: string): Fault =>
  valueFault(loc, 'text cannot hold a NUL character', input)
