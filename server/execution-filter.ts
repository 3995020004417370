/** Which executions a query asks for: the same words for programs and in the form of the search page. */
import { outcomes, states } from '../core/execution.ts'
import { choiceFrom, packageFrom, textFrom, timeFrom } from './query.ts'
import type { Filter } from './store/execution-lists.ts'
import type { Stores } from './store/stores.ts'

export type ExecutionFilter = Omit<Filter, 'limit' | 'before'>

/** What may be asked for. */
export const filterNames = [
  'package',
  'build',
  'check',
  'state',
  'outcome',
  'reason',
  'runner',
  'since',
  'until',
] as const

/** A field that a form left empty asks for nothing. Throws BAD_QUERY, BAD_PACKAGE_NAME, or NOT_FOUND. */
export async function filterFrom(
  stores: Stores,
  query: Readonly<Record<string, unknown>>,
): Promise<ExecutionFilter> {
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))
  return {
    packageId: (await packageFrom(stores, given))?.id,
    buildId: textFrom(given, 'build'),
    check: textFrom(given, 'check'),
    state: choiceFrom(given, 'state', states),
    outcome: choiceFrom(given, 'outcome', outcomes),
    reason: textFrom(given, 'reason'),
    runner: textFrom(given, 'runner'),
    since: timeFrom(given, 'since', 'begin'),
    until: timeFrom(given, 'until', 'end'),
  }
}
