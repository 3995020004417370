/** What the API's JSON looks like as far as commands read it. */
import type { Outcome, Party, State } from '../core/execution.ts'

export interface ExecutionJson {
  id: string
  package: string
  check: string
  release: string
  version: string
  arch: string
  state: State
  outcome: Outcome | null
  reason: string | null
  concerns: Party | null
  note: string | null
  createdAt: string
  finishedAt: string | null
  /** Only where one execution was asked for. */
  kept?: { at: string; by: string } | null
  url: string
}

export interface BuildJson {
  id: string
  url: string
}

export interface PageJson<T> {
  data: T[]
  next: string | null
}

/** `failed (timeout)`, or the state of what has no outcome yet. */
export const verdictWords = ({ state, outcome, reason }: ExecutionJson): string =>
  outcome === null ? state : `${outcome}${reason === null || reason === outcome ? '' : ` (${reason})`}`
