/** The end of an attempt and what it means for its execution, in one transaction. The first end wins. */
import type { CheckResult, Report } from '../../schemas/types.gen.ts'
import { maxAttempts, type Step } from '../../core/execution.ts'
import { pace } from '../../core/notify.ts'
import { retryable, type Verdict } from '../../core/verdict.ts'
import type { Advance, Execution } from '../store/executions.ts'
import type { Stores } from '../store/stores.ts'
import { announce } from './announce.ts'
import { testcaseResults } from './testcases.ts'

export interface End {
  verdict: Verdict
  /** null: nobody reported it. */
  report: Report | null
  results: readonly CheckResult[]
  now: string
}

/**
 * Ends the execution's newest attempt: tried again after an infrastructure error while attempts are left, else finished
 * with its results. Returns the state it is in then; null when the attempt had ended before. Run it in a transaction.
 */
export async function conclude(
  inside: Stores,
  execution: Execution,
  end: End,
): Promise<'scheduled' | 'finished' | null> {
  const { verdict, report, results, now } = end
  const { outcome, reason, note } = verdict
  const { id, attempt } = execution
  if (!(await inside.attempts.end(id, attempt, { outcome, reason, note, report, endedAt: now }))) return null
  await inside.attempts.endSteps(id, now)
  const { step, changes } = consequence(execution, verdict, now)
  await inside.executions.advance(execution, step, changes)
  if (step === 'retry') return 'scheduled'
  await inside.results.insert(id, testcaseResults(execution, verdict, results), now)
  await announce(inside, id, 'finished', now)
  await inside.news.watch(execution.buildId, new Date(Date.parse(now) + pace.deadline).toISOString())
  return 'finished'
}

/** What the verdict on an attempt does to the execution. */
function consequence(
  { failures }: Execution,
  verdict: Verdict,
  now: string,
): { step: Step; changes: Partial<Advance> } {
  const cost = retryable(verdict) ? 1 : 0
  return cost > 0 && failures + cost < maxAttempts
    ? { step: 'retry', changes: { failures: failures + cost } }
    : { step: 'finish', changes: { failures: failures + cost, verdict, finishedAt: now } }
}
