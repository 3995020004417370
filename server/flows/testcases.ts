/** The results that an execution leaves: one for the check itself, one for each structured result. */
import type { Verdict } from '../../core/verdict.ts'
import type { CheckResult } from '../../schemas/types.gen.ts'
import type { Execution } from '../store/executions.ts'
import type { NewResult } from '../store/results.ts'

/** `namespace.package.check` for the check itself, with the result's own name for the others; none when cancelled. */
export function testcaseResults(
  { package: packageName, check }: Pick<Execution, 'package' | 'check'>,
  { outcome, note }: Pick<Verdict, 'outcome' | 'note'>,
  results: readonly CheckResult[],
): NewResult[] {
  if (outcome === 'cancelled') return []
  const testcase = [...packageName.split('/'), check].join('.')
  const own: NewResult = { testcase, outcome, ...(note !== null && { note }) }
  return [own, ...results.map(({ name, ...result }) => ({ ...result, testcase: `${testcase}.${name}` }))]
}
