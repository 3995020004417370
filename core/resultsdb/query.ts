/** What is asked for in the query of a ResultsDB request, within bounds. */
import { fault, Refused, ValidationFaults, valueFault, type Fault } from './faults.ts'
import { parseSince, type Since } from './times.ts'

/** One data key and what it may be: any of `values`, which are patterns where `like`. */
export interface DataFilter {
  key: string
  values: string[]
  like: boolean
}

/** A page of a list. */
export interface Paging {
  page: number
  limit: number
}

export interface ResultFilter {
  since: Since
  outcomes: string[]
  groups: string[]
  testcases: string[]
  testcasesLike: string[]
  data: DataFilter[]
}

export interface ResultsQuery extends ResultFilter, Paging {
  order: 'asc' | 'desc'
  /** Empty: the newest of each testcase. */
  distinctOn: string[]
}

export const hasPatterns = ({ testcasesLike, data }: ResultFilter): boolean =>
  testcasesLike.length > 0 || data.some(({ like }) => like)

export interface NamesQuery extends Paging {
  /** Exact values; empty: whatever `like` says. */
  exact: string[]
  like: string[]
}

export interface GroupsQuery extends NamesQuery {
  uuids: string[]
}

const bounds = {
  /** More than a client's wish: a page beyond the first is found by its number. */
  limit: 1000,
  offset: 1_000_000,
  /** Of everything that is asked for. */
  values: 1000,
  keys: 20,
  patterns: 20,
  /** Of the patterns, those that begin with a wildcard: each is held against every value there is. */
  openPatterns: 5,
  /** Characters of one pattern. */
  patternLength: 400,
  wildcards: 16,
}

const reserved = new Set([
  ...['page', 'limit', '_sort', 'since', 'outcome', 'groups', 'testcases', 'testcases:like', '_distinct_on'],
])

/** Reads what lists of results understand; `outcomes`: those that exist here. Throws every fault at once. */
export function readResultsQuery(params: URLSearchParams, outcomes: readonly string[]): ResultsQuery {
  refuseNul(params)
  const faults: Fault[] = []
  const query: ResultsQuery = {
    ...readPaging(params, faults),
    order: params.get('_sort') === 'asc:submit_time' ? 'asc' : 'desc',
    since: readSince(params.get('since'), faults),
    outcomes: readOutcomes(params.get('outcome'), outcomes, faults),
    groups: trimmed(params.get('groups')),
    testcases: trimmed(params.get('testcases')),
    testcasesLike: trimmed(params.get('testcases:like')),
    distinctOn: trimmed(params.get('_distinct_on')),
    data: readData(params),
  }
  if (faults.length > 0) throw new ValidationFaults(faults)
  bound([
    query.groups,
    query.testcases,
    ...query.data.filter(({ like }) => !like).map(({ values }) => values),
  ])
  boundPatterns([query.testcasesLike, ...query.data.filter(({ like }) => like).map(({ values }) => values)])
  if (query.data.length > bounds.keys || query.distinctOn.length > bounds.keys)
    throw new Refused(`At most ${bounds.keys} data keys can be asked for at once`)
  return query
}

export function readTestcasesQuery(params: URLSearchParams): NamesQuery {
  const exact = trimmed(params.get('name'))
  return readNames(params, exact, exact.length > 0 ? [] : trimmed(params.get('name:like')))
}

export function readGroupsQuery(params: URLSearchParams): GroupsQuery {
  const exact = parts(params.get('description')).filter((part) => part.trim() !== '')
  const like = parts(params.get('description:like')).filter((part) => part.trim() !== '')
  const uuids = parts(params.get('uuid'))
  bound([uuids])
  return { ...readNames(params, exact, params.get('description') ? [] : like), uuids }
}

function readNames(params: URLSearchParams, exact: string[], like: string[]): NamesQuery {
  refuseNul(params)
  const faults: Fault[] = []
  const paging = readPaging(params, faults)
  if (faults.length > 0) throw new ValidationFaults(faults)
  bound([exact])
  boundPatterns([like])
  return { ...paging, exact, like }
}

/** No text in the database holds one, and none can be asked for. */
function refuseNul(params: URLSearchParams): void {
  for (const [key, value] of params)
    if (key.includes('\0') || value.includes('\0')) throw new Refused('Bad request')
}

function readPaging(params: URLSearchParams, faults: Fault[]): Paging {
  const limit = Math.min(readNumber(params, 'limit', 20, faults), bounds.limit)
  const page = readNumber(params, 'page', 0, faults)
  if (limit < 0)
    faults.push(
      fault(
        ['limit'],
        'greater_than_equal',
        'Input should be greater than or equal to 0',
        params.get('limit'),
      ),
    )
  if (page * limit > bounds.offset)
    faults.push(
      valueFault(['page'], `only the first ${bounds.offset} can be paged through`, params.get('page')),
    )
  return { page: Math.max(page, 0), limit }
}

function readNumber(params: URLSearchParams, name: string, otherwise: number, faults: Fault[]): number {
  const text = params.get(name)
  if (text === null) return otherwise
  if (/^\s*[+-]?\d{1,15}(?:\.0+)?\s*$/.test(text)) return Number(text)
  const message = 'Input should be a valid integer, unable to parse string as an integer'
  faults.push(fault([name], 'int_parsing', message, text))
  return otherwise
}

function readSince(text: string | null, faults: Fault[]): Since {
  const since = text === null ? { start: null, end: null } : parseSince(text)
  if (since) return since
  faults.push(valueFault(['since'], 'must be in ISO8601 format', text))
  return { start: null, end: null }
}

function readOutcomes(text: string | null, known: readonly string[], faults: Fault[]): string[] {
  const outcomes = trimmed(text).map((outcome) => outcome.toUpperCase())
  if (!outcomes.every((outcome) => known.includes(outcome)))
    faults.push(valueFault(['outcome'], `must be one of: ${known.join(', ')}`, text))
  return outcomes
}

/** Every parameter that means nothing else; the same key given again adds to its values. */
function readData(params: URLSearchParams): DataFilter[] {
  const names = [...new Set(params.keys())].filter((name) => !reserved.has(name))
  return names.map((name) => {
    const values = params.getAll(name).flatMap((value) => value.split(','))
    const [key = '', modifier, ...rest] = name.split(':')
    return rest.length > 0 ? { key: name, values, like: false } : { key, values, like: modifier === 'like' }
  })
}

const parts = (text: string | null): string[] => (text === null || text === '' ? [] : text.split(','))

const trimmed = (text: string | null): string[] =>
  parts(text)
    .map((part) => part.trim())
    .filter((part) => part !== '')

function bound(lists: readonly (readonly string[])[]): void {
  if (lists.flat().length > bounds.values)
    throw new Refused(`At most ${bounds.values} values can be asked for at once`)
}

/** A pattern costs a look at every value that shares its beginning. */
function boundPatterns(lists: readonly (readonly string[])[]): void {
  const patterns = lists.flat()
  const { wildcards, patternLength, openPatterns } = bounds
  const isTooMuch = patterns.some(
    (pattern) => pattern.length > patternLength || (pattern.match(/[*%]+/g) ?? []).length > wildcards,
  )
  if (patterns.length > bounds.patterns || isTooMuch)
    throw new Refused(
      `At most ${bounds.patterns} patterns of at most ${wildcards} wildcards and ${patternLength} characters each can be asked for at once`,
    )
  if (patterns.filter((pattern) => /^[*%_]/.test(pattern)).length > openPatterns)
    throw new Refused(
      `At most ${openPatterns} patterns that begin with a wildcard can be asked for at once: say how the others begin`,
    )
}
