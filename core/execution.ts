/** The lifecycle of an execution, as a table. Where it is is its state; what it concluded is its outcome. */
import { Conflict } from './errors.ts'

export const states = ['scheduled', 'running', 'finished'] as const
export type State = (typeof states)[number]

export const outcomes = [
  'passed',
  'failed',
  'info',
  'needs_inspection',
  'skipped',
  'errored',
  'cancelled',
] as const
export type Outcome = (typeof outcomes)[number]

/** Whom an outcome that is not a pass concerns. */
export const parties = ['package', 'check', 'service'] as const
export type Party = (typeof parties)[number]

/**
 * What can happen to an execution.
 * claim: a runner takes it (a new attempt). handBack: its runner drains and returns it unharmed.
 * retry: its attempt met an infrastructure error and more attempts are left. finish: it has its outcome.
 * skip: it can never run here. cancel: somebody who may has ended it.
 */
export type Step = 'claim' | 'handBack' | 'retry' | 'finish' | 'skip' | 'cancel'

/** The whole lifecycle. A missing cell is an illegal step. */
export const transitions: Readonly<Record<State, Partial<Record<Step, State>>>> = {
  scheduled: { claim: 'running', skip: 'finished', cancel: 'finished' },
  running: { handBack: 'scheduled', retry: 'scheduled', finish: 'finished', cancel: 'finished' },
  finished: {},
}

/** Attempts that infrastructure errors may cost one execution before it ends as errored. */
export const maxAttempts = 3

/** The state after `step`; throws ILLEGAL_TRANSITION where the table has no cell. */
export function next(state: State, step: Step): State {
  const to = transitions[state][step]
  if (!to) throw new Conflict('ILLEGAL_TRANSITION', `An execution that is ${state} cannot ${step}.`)
  return to
}
