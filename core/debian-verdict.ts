/**
 * The tests of DEP-8 that a build had on one architecture, taken together: the exit status that autopkgtest would end with,
 * and what debci calls that. Pure. After autopkgtest(1) and debci's handling of its exit statuses.
 */
import type { Check } from './check.ts'
import type { Outcome } from './execution.ts'
import { grouped } from './grouped.ts'
import { newestOf, type ExecutionSeen } from './standing.ts'

/** How a test ended; null: it did not yet. */
export interface DebianTest {
  outcome: Outcome | null
  reason: string | null
}

export interface DebianVerdict {
  exitCode: number
  /** debci's word. */
  status: 'pass' | 'fail' | 'neutral' | 'tmpfail'
  message: string
}

/** Bits that tests add to the exit status; erroneous is a failure, too. */
const bits = { skipped: 2, failed: 4, erroneous: 12 } as const
const nothingShown = 8
const testbedFailed = 16
const interrupted = 20

const verdicts: Readonly<Record<number, Omit<DebianVerdict, 'exitCode'>>> = {
  0: { status: 'pass', message: 'all tests passed' },
  2: { status: 'pass', message: 'no test failed, and at least one was skipped' },
  4: { status: 'fail', message: 'at least one test failed' },
  6: { status: 'fail', message: 'at least one test failed, and at least one was skipped' },
  8: { status: 'neutral', message: 'no test passed that is more than superficial' },
  12: { status: 'fail', message: 'the package is erroneous: it cannot be installed for a test' },
  14: { status: 'fail', message: 'the package is erroneous, and at least one test was skipped' },
  16: { status: 'tmpfail', message: 'the machine failed, not a test' },
  20: { status: 'tmpfail', message: 'a test was cancelled' },
}

export type DebianExecution = ExecutionSeen & { definition: Pick<Check, 'dep8'> }

/** Of the executions of one build: by architecture, where all tests of DEP-8 have ended. Of reruns the newest counts. */
export function debianVerdicts(executions: readonly DebianExecution[]): (DebianVerdict & { arch: string })[] {
  const ofDebian = executions.filter(({ definition }) => definition.dep8 !== undefined)
  return [...grouped(ofDebian, ({ arch }) => arch)].sort().flatMap(([arch, those]) => {
    const tests = [...grouped(those, ({ check }) => check).values()].flatMap((one) => newestOf(one) ?? [])
    const verdict = debianVerdict(tests)
    return verdict ? [{ arch, ...verdict }] : []
  })
}

/** null: there are no tests, or some have not ended. */
export function debianVerdict(tests: readonly DebianTest[]): DebianVerdict | null {
  if (tests.length === 0 || tests.some(({ outcome }) => outcome === null)) return null
  const exitCode = exitCodeOf(tests)
  return { exitCode, ...(verdicts[exitCode] ?? { status: 'tmpfail', message: 'it ended in an unknown way' }) }
}

function exitCodeOf(tests: readonly DebianTest[]): number {
  if (tests.some(({ outcome }) => outcome === 'cancelled')) return interrupted
  if (tests.some(({ outcome }) => outcome === 'errored')) return testbedFailed
  const code = tests.reduce((sum, test) => sum | bitOf(test), 0)
  const isShown = tests.some((test) => bitOf(test) === 0 && test.reason !== 'superficial')
  return (code & bits.erroneous) === 0 && !isShown ? nothingShown : code
}

function bitOf({ outcome, reason }: DebianTest): number {
  if (outcome === 'skipped') return bits.skipped
  if (outcome !== 'failed' && outcome !== 'needs_inspection') return 0
  return reason === 'not_installable' || reason === 'bad_check' ? bits.erroneous : bits.failed
}
