/** The telling of one attempt while it goes on: its steps, its log, and in the end its report. */
import { ownLine } from '../core/log-marks.ts'
import type { CheckResult, Ending, MachineFacts, Report, StepBegun } from '../schemas/types.gen.ts'
import { AttemptEnded } from './ending.ts'
import { MachineFailed, type Machine, type PhaseEnd } from './machine/machine.ts'

type Step = StepBegun['step']

export interface Listener {
  step: (step: Step, machine?: MachineFacts) => void
  /** Pieces of the log in order; at most as many bytes in all as the server keeps. */
  log: (chunk: Buffer) => void
}

/** Bytes of the log that are for our own words. */
const ownWords = 64 * 1024

/** Lines of the console that the log ends with. */
const most = { lines: 40, panicLines: 120 }

const phases: Record<Exclude<Step, 'reporting'>, Ending['phase']> = {
  fetching: 'fetch',
  booting: 'boot',
  installing: 'prepare',
  running: 'check',
  collecting: 'collect',
}

export type Story = ReturnType<typeof beginStory>

/** `logBytes`: what the server keeps of the log. */
export function beginStory(
  { image, logBytes }: { image: string; logBytes: number },
  listener: Listener,
  signal: AbortSignal,
) {
  let phase: Ending['phase'] = 'fetch'
  let machine: Machine | null = null
  let facts: MachineFacts = { image }
  let left = logBytes - ownWords
  let ownLeft = ownWords
  let tail = ''
  let midLine = false
  let ended: Ending | null = null
  const results: CheckResult[] = []
  const notes: string[] = []
  let packages: string[] = []
  const say = (text: string): void => {
    const words = Buffer.from(`${midLine ? '\n' : ''}${ownLine}${text}\n`)
    midLine = false
    if (words.length > ownLeft) return
    ownLeft -= words.length
    listener.log(words)
  }
  return {
    /** Begins a step, unless the attempt is to be given up. `words` stand in the log. */
    begin(step: keyof typeof phases, words: string): void {
      signal.throwIfAborted()
      phase = phases[step]
      listener.step(step, machine ? facts : undefined)
      say(words)
    },
    /** Adds a line of our own to the log. */
    say,
    /** Adds what the machine says. */
    log: (chunk: Buffer): void => {
      const kept = chunk.subarray(0, left)
      if (kept.length === 0) return
      left -= kept.length
      midLine = kept.at(-1) !== 10
      tail = (tail + kept.subarray(-1000).toString()).slice(-1000)
      listener.log(kept)
    },
    /** Bytes of log that the machine may still write. */
    room: () => left,
    /** The last line that the machine said, if any. */
    lastLine: (): string | undefined =>
      tail
        .trimEnd()
        .split('\n')
        .at(-1)
        ?.replaceAll(/\p{Cc}/gu, ' ') || undefined,
    meet(met: Machine): void {
      machine = met
      facts = met.facts
    },
    /** The packages that the check found in the machine. */
    installed(names: string[]): void {
      packages = names
    },
    note: (...more: readonly string[]): void => void notes.push(...more),
    add: (more: readonly CheckResult[]): void => void results.push(...more),
    /** How the check ended: what goes wrong afterwards does not change it, unless it is ours. */
    conclude(end: PhaseEnd): void {
      ended = { phase, ...end }
    },
    report: (): Report => told(ended ?? { phase, how: 'machine_error' }),
    /** The report on an attempt that `error` ended. */
    failed: (error: unknown): Report => told({ phase, ...endOf(error, signal) }, error),
  }

  function told(ending: Ending, error?: unknown): Report {
    say(wordsOf(ending))
    const known = error instanceof MachineFailed ? error.facts : facts
    const console = ending.how === 'exited' ? '' : (known.console ?? machine?.console() ?? '')
    if (ending.how.startsWith('guest_') && console !== '') say(lastLinesOf(console))
    return {
      ending: { ...ending, ...(ending.detail !== undefined && { detail: ending.detail.slice(0, 2000) }) },
      machine: { ...known, ...(console !== '' && { console: console.slice(-16_384) }) },
      results,
      notes: notes.slice(0, 100).map((note) => note.slice(0, 500)),
      ...(packages.length > 0 && { packages }),
    }
  }
}

function endOf(error: unknown, signal: AbortSignal): PhaseEnd {
  const cause = signal.aborted ? (signal.reason as unknown) : error
  if (cause instanceof AttemptEnded || cause instanceof MachineFailed)
    return { how: cause.how, detail: cause.message }
  // Nobody expected this: it is ours, and no verdict on anybody.
  return {
    how: 'machine_error',
    detail: `The runner failed: ${cause instanceof Error ? cause.message : String(cause)}`,
  }
}

/** From a panic's first words on, however long the way is that the kernel came; else just the last. */
export function lastLinesOf(console: string): string {
  const lines = console.trimEnd().split('\n')
  const panic = lines.findLastIndex((line) => line.includes('Kernel panic - not syncing'))
  const shown = panic < 0 || panic > lines.length - most.lines ? -most.lines : panic
  return ['the console’s last lines:', ...lines.slice(shown).slice(0, most.panicLines)].join('\n')
}

const wordsOf = ({ phase, how, exitCode, detail }: Ending): string =>
  how === 'exited'
    ? `the check exited with ${exitCode ?? 255}${detail ? `: ${detail}` : ''}`
    : `${how} (${phase})${detail ? `: ${detail}` : ''}`
