/**
 * Results in YAML: tmt's results.yaml (a list), Taskotron's ResultYAML and what playbooks of the Standard Test Interface leave
 * (each a list below `results`). Pure.
 */
import { readSource } from '../formats/source.ts'
import type { CheckResult } from '../../schemas/types.gen.ts'
import type { Gatherer } from './gather.ts'

type Outcome = CheckResult['outcome']
type Fields = Readonly<Record<string, unknown>>

/** tmt asks automation to take a warning for a failure. */
export const tmtOutcomes = {
  pass: 'passed',
  fail: 'failed',
  info: 'info',
  warn: 'failed',
  error: 'failed',
  skip: 'skipped',
  pending: 'skipped',
} as const satisfies Readonly<Record<string, Outcome>>
export type TmtOutcome = keyof typeof tmtOutcomes
const taskotron: Readonly<Record<string, Outcome>> = {
  PASSED: 'passed',
  INFO: 'info',
  FAILED: 'failed',
  NEEDS_INSPECTION: 'needs_inspection',
  ABORTED: 'failed',
  CRASHED: 'failed',
}
const deepest = 5

/** Adds what `text` holds; says in a failed result why it cannot be read. */
export function addResultYaml(text: string, gather: Gatherer): void {
  const { data, faults } = readSource(text)
  const [fault] = faults
  const list = Array.isArray(data) ? (data as unknown[]) : isFields(data) ? data['results'] : undefined
  if (fault) gather.add(unreadable(`line ${fault.line} ${fault.message}`))
  // `results:` with nothing behind it says that there is nothing to report.
  else if (list === null) gather.note('The check says that it has nothing to report.')
  else if (!Array.isArray(list))
    gather.add(unreadable('it is neither a list nor has it a list called results'))
  else if (Array.isArray(data)) for (const one of data as unknown[]) addTmt(one, [], gather)
  else for (const one of list as unknown[]) addTaskotron(one, gather)
}

/** Adds what a test of tmt that has results of its own left of them, each below `test`; `/` is the test itself. */
export function addCustomResults(text: string, test: string, gather: Gatherer): void {
  const { data, faults } = readSource(text)
  const [fault] = faults
  const why = fault ? `line ${fault.line} ${fault.message}` : 'it is no list of results'
  if (fault || !Array.isArray(data)) gather.add({ ...unreadable(why), path: [test] })
  else if (data.length === 0) gather.add({ path: [test], outcome: 'failed', note: 'Its results are empty.' })
  else for (const one of data as unknown[]) addTmt(one, [test], gather)
}

/** Adds what a playbook says of its parts in results.yml, each below `test`. */
export function addPlaybookResults(text: string, test: string, gather: Gatherer): void {
  const { data, faults } = readSource(text)
  const [fault] = faults
  const list = isFields(data) ? data['results'] : undefined
  const why = fault ? `line ${fault.line} ${fault.message}` : 'it has no list called results'
  if (fault || !Array.isArray(list)) gather.add({ ...unreadable(why), path: [test, 'report'] })
  else for (const one of list as unknown[]) addPart(one, test, gather)
}

function addPart(one: unknown, test: string, gather: Gatherer): void {
  if (!isFields(one) || text(one['test']) === '') {
    gather.note('An entry of the report without a name (test) was left out.')
    return
  }
  const word = text(one['result']).toLowerCase()
  const outcome = Object.hasOwn(tmtOutcomes, word) ? tmtOutcomes[word as TmtOutcome] : undefined
  const [log = ''] = asList(one['logs']).map(text)
  gather.add({
    path: [test, text(one['test'])],
    outcome: outcome ?? 'needs_inspection',
    note: outcome ? null : `unknown result ${JSON.stringify(word)}`,
    ...(log !== '' && !log.startsWith('/') && { artifact: log }),
    ...(word === 'error' && { data: { result: word } }),
  })
}

const unreadable = (why: string) =>
  ({ path: ['report'], outcome: 'failed', note: `The report cannot be read: ${why}.` }) as const

function addTmt(one: unknown, above: readonly string[], gather: Gatherer): void {
  if (!isFields(one) || typeof one['name'] !== 'string' || above.length === deepest) {
    gather.note('An entry of the report without a name, or too deep in it, was left out.')
    return
  }
  const word = text(one['result'])
  const outcome = Object.hasOwn(tmtOutcomes, word) ? tmtOutcomes[word as TmtOutcome] : undefined
  const path = [...above, one['name']]
  const log = Array.isArray(one['log']) ? text((one['log'] as unknown[])[0]) : ''
  gather.add({
    path,
    outcome: outcome ?? 'needs_inspection',
    note: [...(outcome ? [] : [`unknown result ${JSON.stringify(word)}`]), ...notes(one['note'])].join('; '),
    data: {
      ...(word === 'warn' || word === 'error' ? { result: word } : {}),
      duration: text(one['duration']),
      log,
    },
  })
  for (const inner of asList(one['subresult'])) addTmt(inner, path, gather)
  for (const inner of asList(one['check'])) addTmt(inner, [...path, 'check'].slice(0, deepest), gather)
}

const reserved = ['outcome', 'note', 'checkname', 'artifact', 'results', '_internal']

function addTaskotron(one: unknown, gather: Gatherer): void {
  if (!isFields(one)) {
    gather.note('An entry of the report that has no keys was left out.')
    return
  }
  const name = text(one['checkname']) || text(one['item'])
  const artifact = text(one['artifact'])
  gather.add({
    path: [name],
    outcome: taskotron[text(one['outcome']).toUpperCase()] ?? 'needs_inspection',
    note: notes(one['note']).join('; '),
    ...(artifact !== '' && !artifact.startsWith('/') && { artifact }),
    data: Object.fromEntries(
      Object.entries(one)
        .filter(([key]) => !reserved.includes(key))
        .map(([key, value]) => [key, text(value)]),
    ),
  })
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
const notes = (value: unknown): string[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).map(text).filter(Boolean)

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value)
