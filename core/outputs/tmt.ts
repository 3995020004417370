/** What a plan of tmt left, as results: how each test ended, and what that means to whoever wrote it. Pure. */
import type { TmtPlan } from '../formats/tmt/plan.ts'
import type { TmtTest } from '../formats/tmt/test.ts'
import type { CheckResult } from '../../schemas/types.gen.ts'
import { gatherer, type Gatherer } from './gather.ts'
import { addCustomResults, addPlaybookResults, tmtOutcomes, type TmtOutcome } from './result-yaml.ts'
import type { ParsedResults } from './results.ts'
import { readRecords, type TmtRecord } from './tmt-records.ts'

/** The results of `plan`; `reports`: what its driver recorded in the machine. */
export function readTmtResults(plan: TmtPlan, reports: readonly string[]): ParsedResults {
  const gather = gatherer()
  const records = readRecords(reports.join('\n'))
  for (const [at, test] of plan.tests.entries()) addTest(test, records.get(at + 1) ?? null, gather)
  return gather.gathered()
}

function addTest(test: TmtTest, record: TmtRecord | null, gather: Gatherer): void {
  const notRun = whyNotRun(test, record)
  if (!record || notRun !== null) {
    gather.add({
      path: [test.name],
      outcome: 'skipped',
      note: notRun ?? 'It was not run: the plan ended before.',
    })
    return
  }
  if (test.result === 'custom' && record.missing === null && !record.isTimeout)
    addCustom(test, record, gather)
  else {
    addEnd(test, record, gather)
    if (test.framework === 'ansible' && record.custom !== null)
      addPlaybookResults(record.custom, test.name, gather)
  }
  const kernel = kernelSaid(test, record)
  if (kernel)
    gather.add({ path: [test.name, 'dmesg'], ...reportedVerdict(test, kernel.outcome), ...kernel.facts })
}

const whyNotRun = ({ skip }: TmtTest, record: TmtRecord | null): string | null =>
  skip ?? (record?.absent == null ? null : `The machine has no ${record.absent}.`)

/** The test, and what it reported of its parts. */
function addEnd(test: TmtTest, record: TmtRecord, gather: Gatherer): void {
  const { outcome, note } = interpreted(
    test.result,
    withKernel(ended(test, record), kernelSaid(test, record)),
  )
  const { data, ...rest } = verdict(outcome)
  // In Restraint each call was a test of its own, and the test itself nothing more.
  if (test.result !== 'restraint' || record.reported.length === 0)
    gather.add({ path: [test.name], ...rest, note, ...factsOf(record, data) })
  for (const { name, outcome: part } of record.reported)
    gather.add({ path: [test.name, name], ...reportedVerdict(test, part) })
}

const factsOf = ({ output, exitCode, seconds, restarts }: TmtRecord, more: Record<string, string> = {}) => ({
  ...(output !== null && { artifact: output }),
  data: { exitCode, seconds, ...(restarts !== '0' && { restarts }), ...more },
})

interface Ended {
  outcome: TmtOutcome
  note: string | null
}

interface KernelSaid {
  outcome: TmtOutcome
  facts: { note: string | null; artifact?: string }
}

/** As the test's check wants trouble to be read; null: it has no such check, or never came to it. */
function kernelSaid({ dmesg }: TmtTest, { kernel }: TmtRecord): KernelSaid | null {
  const worst = kernel.find(({ outcome }) => outcome === worstOf(kernel.map((one) => one.outcome)))
  if (!dmesg || !worst) return null
  const { outcome, note } = interpreted(dmesg.result, {
    outcome: worst.outcome,
    note: kernelNotes[worst.outcome] ?? null,
  })
  return { outcome, facts: { note, ...(worst.outcome !== 'skip' && { artifact: worst.path }) } }
}

const kernelNotes: Partial<Record<TmtOutcome, string>> = {
  skip: 'The machine has no dmesg.',
  fail: 'The kernel said what the check looks for (failure-pattern).',
  error: "The kernel's messages could not be searched: is each failure-pattern a regular expression?",
}

const isTrouble = (outcome: TmtOutcome): boolean => ['warn', 'fail', 'error'].includes(outcome)

/** Trouble counts where it is the worse of both. */
const withKernel = (own: Ended, kernel: KernelSaid | null): Ended =>
  kernel && isTrouble(kernel.outcome) && worstOf([own.outcome, kernel.outcome]) !== own.outcome
    ? { outcome: kernel.outcome, note: `Its check dmesg: ${kernel.facts.note ?? kernel.outcome}` }
    : own

/** As the test's framework sees it. */
function ended({ framework, durationSeconds }: TmtTest, record: TmtRecord): Ended {
  if (record.missing !== null)
    return { outcome: 'error', note: `It requires ${record.missing}, which is not there.` }
  if (record.isTimeout)
    return { outcome: 'error', note: `It ran longer than its duration, ${durationSeconds} seconds.` }
  if (record.isAborted) return { outcome: 'fail', note: 'It asked to abort the plan (tmt-abort).' }
  if (framework === 'ansible') return playbook(record)
  return framework === 'beakerlib' ? beakerlib(record) : shell(record)
}

/** From best to worst: what was reported counts by its worst. */
const severity: readonly TmtOutcome[] = ['skip', 'info', 'pass', 'warn', 'fail', 'error']

const worstOf = (outcomes: readonly TmtOutcome[]): TmtOutcome =>
  severity.findLast((outcome) => outcomes.includes(outcome)) ?? 'error'

function shell({ exitCode, reported }: TmtRecord): Ended {
  if (reported.length > 0) {
    return { outcome: worstOf(reported.map((one) => one.outcome)), note: null }
  }
  if (exitCode === '0') return { outcome: 'pass', note: null }
  if (exitCode === '1') return { outcome: 'fail', note: 'It exited with 1.' }
  return { outcome: 'error', note: `It exited with ${exitCode}: neither 0 nor 1.` }
}

/** Ansible has a number for each way to fail; the interface has but one. */
const playbook = ({ exitCode }: TmtRecord): Ended =>
  exitCode === '0'
    ? { outcome: 'pass', note: null }
    : { outcome: 'fail', note: `ansible-playbook exited with ${exitCode}.` }

function beakerlib({ beakerlib: said }: TmtRecord): Ended {
  if (!said) return { outcome: 'error', note: 'beakerlib left no TestResults.' }
  if (said.state !== 'complete')
    return { outcome: 'error', note: `beakerlib's journal is ${said.state || 'without a state'}.` }
  const outcome = said.result.toLowerCase()
  return isOutcome(outcome)
    ? { outcome, note: null }
    : { outcome: 'error', note: `beakerlib says ${said.result}.` }
}

const isOutcome = (text: string): text is TmtOutcome => Object.hasOwn(tmtOutcomes, text)

/** As the test wants its end to be read. */
function interpreted(result: TmtTest['result'], own: Ended): Ended {
  switch (result) {
    case 'respect':
    case 'restraint':
    case 'custom':
      return own
    case 'xfail':
      if (own.outcome === 'fail') return { outcome: 'pass', note: 'It failed, as expected (xfail).' }
      if (own.outcome === 'pass')
        return { outcome: 'fail', note: 'It passed, and was expected to fail (xfail).' }
      return own
    default:
      return { outcome: result, note: `It ended with ${own.outcome}, and is to be taken for ${result}.` }
  }
}

/** Its word is kept where ours says less. */
function verdict(word: TmtOutcome): { outcome: CheckResult['outcome']; data?: Record<string, string> } {
  const outcome = tmtOutcomes[word]
  return word === 'warn' || word === 'error' ? { outcome, data: { result: word } } : { outcome }
}

/** A part of a test that is not taken at its word is not, either: it must not decide what the whole may not. */
const reportedVerdict = ({ result }: TmtTest, word: TmtOutcome): ReturnType<typeof verdict> =>
  result === 'respect' || result === 'restraint' ? verdict(word) : { outcome: 'info', data: { result: word } }

function addCustom({ name }: TmtTest, record: TmtRecord, gather: Gatherer): void {
  const note = 'It left no results.yaml in $TMT_TEST_DATA.'
  if (record.custom === null) gather.add({ path: [name], outcome: 'failed', note, ...factsOf(record) })
  else addCustomResults(record.custom, name, gather)
}
