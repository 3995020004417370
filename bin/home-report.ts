/** What came of checks that ran at home: for people, and as an exit status. */
import { debianVerdict } from '../core/debian-verdict.ts'
import type { Difference } from '../core/differences.ts'
import type { Outcome, Party } from '../core/execution.ts'
import type { CheckResult } from '../schemas/types.gen.ts'
import type { ExitStatus } from './command.ts'
import { plain, print, printTable } from './output.ts'

export interface Ran {
  check: string
  outcome: Outcome
  reason: string | null
  concerns: Party | null
  note: string | null
  results: CheckResult[]
  notes: string[]
  /** Where it ran otherwise than the execution that it repeats. */
  differences: Difference[]
}

export const unrun = (check: string): Ran => ({
  ...{ check, outcome: 'skipped', reason: null, concerns: null, note: null },
  ...{ results: [], notes: [], differences: [] },
})

const names: Readonly<Record<Exclude<Difference['what'], 'package'>, string>> = {
  version: 'the version of the package',
  commit: 'the commit of the check',
  image: 'the image',
  imageDigest: 'the content of the image',
  accelerator: 'the accelerator',
  qemu: 'qemu',
}

export function printRan(ran: readonly Ran[]): void {
  print('')
  for (const { check, results, notes, differences } of ran)
    for (const line of [
      ...results.map(({ name, outcome, note }) => `${name} ${outcome}${note ? `: ${note}` : ''}`),
      ...notes,
      ...differences.map(
        ({ what, name = '', before, after }) =>
          `${what === 'package' ? name : names[what]} differs: ${before ?? 'not installed'} there, ${after ?? 'not installed'} here`,
      ),
    ])
      print(`${check}: ${plain(line)}`)
  printTable(
    ['CHECK', 'VERDICT', 'WHY'],
    ran.map(({ check, outcome, reason, note }) => [
      check,
      reason === null || reason === outcome ? outcome : `${outcome} (${reason})`,
      note ?? '',
    ]),
  )
}

/** For those who know autopkgtest's exit statuses and debci's words; of tests of DEP-8 alone. */
export function printDebianVerdict(ran: readonly Ran[]): void {
  const verdict = debianVerdict(ran)
  if (verdict) print(`As autopkgtest ends: ${verdict.exitCode} (${verdict.status}), ${verdict.message}.`)
}

export function exitStatus(ran: readonly Ran[]): ExitStatus {
  const has = (...outcomes: Outcome[]): boolean => ran.some(({ outcome }) => outcomes.includes(outcome))
  if (has('failed', 'needs_inspection')) return 1
  return has('errored', 'cancelled') ? 3 : 0
}
