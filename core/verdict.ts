/** From how an attempt ended to what that means, and for whom. The line is the check's first instruction. */
import type { CheckResult, Ending } from '../schemas/types.gen.ts'
import type { Outcome, Party } from './execution.ts'

export interface Verdict {
  outcome: Outcome
  /** Machine-readable; null when the check simply passed, failed or skipped by its exit code. */
  reason: string | null
  concerns: Party | null
  /** One sentence for people. */
  note: string | null
}

/** What a check's format says about its verdict, where that is not what exit codes mean here. */
export interface VerdictRules {
  /** 77 is a failure like any other code. */
  unskippable?: boolean
  /** Its failures count as skipped. */
  flaky?: boolean
  /** It shows too little for its pass to say much. */
  superficial?: boolean
  /** What cannot be installed skips it. */
  skipNotInstallable?: boolean
}

type Reason = Exclude<Ending['how'], 'exited' | 'handed_back' | 'cancelled'>

/** What each way to go wrong after the first instruction says; before it, all but the package's own are ours. */
export const sentences: Readonly<Record<Reason, string>> = {
  timeout: 'The time limit was reached.',
  guest_panic: "The machine's kernel panicked.",
  guest_poweroff: 'The machine was powered off.',
  guest_reset: 'The machine was reset without asking for it with assay-reboot.',
  guest_hang: 'The machine stopped answering.',
  boot_timeout: 'The machine did not boot in time.',
  machine_error: 'The machine could not be run.',
  log_limit: 'The check wrote more log than is kept.',
  disk_limit: "The machine's disk outgrew its limit.",
  artifact_unavailable: 'An artifact of the build could not be fetched.',
  artifact_mismatch: 'An artifact of the build is not what its checksum says.',
  image_unavailable: 'The image is not there and could not be built.',
  bad_check: 'The check cannot be run as it is written.',
  not_installable: "The build's packages could not be installed.",
  mirror_unreachable: "The distribution's mirror could not be reached.",
}

/** Reasons that are somebody else's even before the check's first instruction. */
const blamedEarly: Partial<Record<Reason, Party>> = { not_installable: 'package', bad_check: 'check' }

/** The service's own reasons, whatever the phase: no verdict on the package or the check may rest on them. */
const alwaysOurs: ReadonlySet<Reason> = new Set([
  'machine_error',
  'artifact_unavailable',
  'artifact_mismatch',
  'image_unavailable',
  'mirror_unreachable',
])

const severity: readonly Outcome[] = ['failed', 'needs_inspection', 'info', 'passed', 'skipped']

/** The verdict on an attempt that ended as `ending` and gave `results`. */
export function verdict(ending: Ending, results: readonly CheckResult[], rules: VerdictRules = {}): Verdict {
  const strict = judge(ending, results, rules)
  const { outcome, concerns } = strict
  const says = (reason: string): string => [`${reason}:`, strict.note ?? ''].join(' ').trim()
  if (
    outcome === 'failed' &&
    rules.skipNotInstallable &&
    (ending.how === 'not_installable' || ending.how === 'bad_check')
  )
    return { outcome: 'skipped', reason: ending.how, concerns, note: says('skip-not-installable') }
  if (outcome === 'failed' && rules.flaky)
    return { outcome: 'skipped', reason: 'flaky', concerns, note: says('flaky') }
  if (outcome === 'passed' && rules.superficial)
    return { ...strict, reason: 'superficial', note: 'It is superficial: its pass alone says little.' }
  return strict
}

function judge(ending: Ending, results: readonly CheckResult[], rules: VerdictRules): Verdict {
  if (ending.how === 'exited') return judgeExit(ending, results, rules)
  if (ending.how === 'cancelled')
    return { outcome: 'cancelled', reason: 'cancelled', concerns: null, note: null }
  if (ending.how === 'handed_back') throw new TypeError('an attempt that was handed back has no verdict')
  const note = ending.detail ?? sentences[ending.how]
  const early = ending.phase !== 'check' && ending.phase !== 'collect'
  const blamed = early ? blamedEarly[ending.how] : alwaysOurs.has(ending.how) ? undefined : 'check'
  return blamed
    ? { outcome: 'failed', reason: ending.how, concerns: blamed, note }
    : { outcome: 'errored', reason: ending.how, concerns: 'service', note }
}

/** 0 passes, 77 skips, all else fails; a structured result may only make it worse. */
function judgeExit(
  { exitCode = 255, detail }: Ending,
  results: readonly CheckResult[],
  { unskippable = false }: VerdictRules,
): Verdict {
  const failure = results.find((result) => result.outcome === 'failed')
  if (exitCode === 77 && !unskippable)
    return {
      outcome: 'skipped',
      reason: null,
      concerns: null,
      note: 'The check skipped itself (exit code 77).',
    }
  if (exitCode !== 0)
    return {
      outcome: 'failed',
      reason: 'exit_code',
      concerns: 'package',
      note: [
        `The check exited with ${exitCode}${failure ? `; failed first: ${quoted(failure)}` : '.'}`,
        detail,
      ]
        .filter(Boolean)
        .join(failure ? '. ' : ' '),
    }
  const worst = severity.find((outcome) => results.some((result) => result.outcome === outcome)) ?? 'passed'
  if (worst === 'failed' || worst === 'needs_inspection') {
    const first = results.find((result) => result.outcome === worst)
    return { outcome: worst, reason: 'result', concerns: 'package', note: first ? quoted(first) : null }
  }
  return { outcome: worst === 'skipped' ? 'skipped' : 'passed', reason: null, concerns: null, note: null }
}

const quoted = ({ name, note }: CheckResult): string => (note ? `${name}: ${note}` : name)

/** Whether the attempt may be repeated without asking anybody. */
export const retryable = ({ outcome }: Verdict): boolean => outcome === 'errored'
