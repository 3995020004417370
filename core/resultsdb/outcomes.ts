/** Outcomes in ResultsDB's words. */
import type { Outcome } from '../execution.ts'

const preset = ['PASSED', 'INFO', 'FAILED', 'NEEDS_INSPECTION'] as const

/** All that may be posted and asked for at a site that knows `extra` ones beside ResultsDB's own. */
export const knownOutcomes = (extra: readonly string[]): string[] => [...new Set([...preset, ...extra])]

/** What each of ours is called there. A cancelled execution leaves no result; where one says it of a part, it is no verdict. */
export const publicOutcomes: Readonly<Record<Outcome, string>> = {
  passed: 'PASSED',
  failed: 'FAILED',
  info: 'INFO',
  needs_inspection: 'NEEDS_INSPECTION',
  skipped: 'INFO',
  errored: 'ERROR',
  cancelled: 'ERROR',
}
