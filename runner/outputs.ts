/** What an attempt's machine left in words of its own, as results. Hostile machines wrote it. Pure. */
import { readPackages } from '../core/outputs/packages.ts'
import { readReports } from '../core/outputs/reports.ts'
import { parseResults, type ParsedResults } from '../core/outputs/results.ts'
import { readTmtResults } from '../core/outputs/tmt.ts'
import type { ResultsForm } from '../schemas/types.gen.ts'
import type { PlanAnswer } from './guest/tmt-plan.ts'

export interface Outputs {
  /** What assay-result wrote; null: nothing. */
  results: string | null
  /** As the agent lists what is installed; null: it does not. */
  packages: string | null
  /** What the check wrote, or files of it, where `form` says that they hold results. */
  reports: readonly string[]
  form: ResultsForm
  answer: PlanAnswer | null
  endedWell: boolean
}

export interface OutputsRead extends ParsedResults {
  installed: string[] | null
}

export function readOutputs({ results, packages, reports, form, answer, endedWell }: Outputs): OutputsRead {
  const said = [
    parseResults(results ?? ''),
    ...(answer === null ? [] : [resultsOfPlan(answer, reports)]),
    ...(form === 'exit' ? [] : [readReports(form, reports, endedWell)]),
  ]
  return {
    results: said.flatMap((one) => one.results),
    notes: said.flatMap((one) => one.notes),
    installed: packages === null ? null : readPackages(packages),
  }
}

const resultsOfPlan = ({ plan, reason }: PlanAnswer, reports: readonly string[]): ParsedResults =>
  plan
    ? readTmtResults(plan, reports)
    : { results: [{ name: 'plan', outcome: 'skipped', note: reason.slice(0, 2000) }], notes: [] }
