/** What the page of an execution shows, put together from what is stored; secrets of the runner's stay behind. */
import type { Section } from '../line-index.ts'
import type { Attempt, StepTimes } from '../store/attempts.ts'
import type { Build } from '../store/builds.ts'
import type { StoredEvent } from '../store/events.ts'
import type { Execution } from '../store/executions.ts'
import type { Holding } from '../store/holdings.ts'
import type { Artifact, Result } from '../store/results.ts'
import type { LogPart } from '../log-part.ts'

export interface StepView {
  step: string
  startedAt: string
  endedAt: string | null
}

/** An attempt without its fence, which proves ownership to the server. */
export type AttemptView = Pick<
  Attempt,
  'number' | 'runner' | 'startedAt' | 'endedAt' | 'outcome' | 'reason' | 'note' | 'machine'
> & { notes: string[]; steps: StepView[] }

export interface ExecutionView {
  execution: Execution
  build: Build
  /** What its check asked for, where that is no build. */
  event: Pick<StoredEvent, 'type' | 'source' | 'receivedAt'> | null
  attempts: AttemptView[]
  results: Result[]
  artifacts: Artifact[]
  reruns: Execution[]
  /** Why it still waits. */
  why: string | null
  /** The shell command that repeats it elsewhere. */
  runAtHome: string
  /** What is still there of what it left; null before the first attempt. */
  holding: HoldingView | null
  /** null before the first attempt, and when it is gone. */
  log: LogView | null
}

/** `goesAt`: when it goes by its age; null: not for that. */
export type HoldingView = Holding & { goesAt: string | null }

/** What is shown of an attempt's log. `growing`: more may come. */
export type LogView = LogPart & { sections: readonly Section[]; attempt: number; growing: boolean }

export const attemptViews = (attempts: readonly Attempt[], steps: readonly StepTimes[]): AttemptView[] =>
  attempts.map((attempt) => ({
    number: attempt.number,
    runner: attempt.runner,
    startedAt: attempt.startedAt,
    endedAt: attempt.endedAt,
    outcome: attempt.outcome,
    reason: attempt.reason,
    note: attempt.note,
    machine: attempt.report?.machine ?? attempt.machine,
    notes: attempt.report?.notes ?? [],
    steps: steps
      .filter((step) => step.attempt === attempt.number)
      .map(({ step, startedAt, endedAt }) => ({ step, startedAt, endedAt })),
  }))
