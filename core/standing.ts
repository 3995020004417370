/** Where one check stands on one architecture, judged over the latest builds: since when it fails, what it waits for. */
import type { Outcome, Party, State } from './execution.ts'

/** A build as the overview sees it. */
export interface BuildSeen {
  id: string
  release: string
  version: string
  architectures: readonly string[]
  createdAt: string
  /** Set while its checks wait for its files. */
  awaitsFiles?: true
}

/** An execution as the overview sees it. */
export interface ExecutionSeen {
  id: string
  buildId: string
  repository: string
  /** Of the check repository. */
  commit: string
  check: string
  arch: string
  state: State
  outcome: Outcome | null
  reason: string | null
  concerns: Party | null
  note: string | null
  /** Attempts that infrastructure errors have cost. */
  failures: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

/** An outcome, or the state of what has none yet. */
export type Mark = Outcome | Exclude<State, 'finished'>

export const markOf = ({ state, outcome }: Pick<ExecutionSeen, 'state' | 'outcome'>): Mark =>
  outcome ?? (state === 'finished' ? 'errored' : state)

/** What each mark says about the package: it holds, it is broken, it is not judged, or it is no judgement at all. */
const meanings: Readonly<Record<Mark, 'holds' | 'broken' | 'unjudged' | 'pending' | 'silent'>> = {
  passed: 'holds',
  info: 'holds',
  failed: 'broken',
  needs_inspection: 'broken',
  errored: 'unjudged',
  scheduled: 'pending',
  running: 'pending',
  skipped: 'silent',
  cancelled: 'silent',
}

export const meaning = (execution: Pick<ExecutionSeen, 'state' | 'outcome'>) => meanings[markOf(execution)]

/** Marks from the one that needs a person most to the one that needs nobody. */
export const bySeverity: readonly Mark[] = [
  'failed',
  'needs_inspection',
  'errored',
  'running',
  'scheduled',
  'passed',
  'info',
  'skipped',
  'cancelled',
]

/** The mark that needs a person most; null of none. */
export const worst = (marks: readonly Mark[]): Mark | null =>
  bySeverity.find((mark) => marks.includes(mark)) ?? null

/** What a check did for one build: `execution` is the newest of its reruns, null when it did not run. */
export interface Cell {
  build: BuildSeen
  execution: ExecutionSeen | null
}

/** A verdict on a build. */
export interface Judged extends Cell {
  execution: ExecutionSeen
}

/** Since when a check fails: the first build it failed for without a pass since, and the last it held for. */
export interface Since {
  firstBad: Judged
  /** Builds it failed for since then. */
  builds: number
  /** null: none among the builds looked at. */
  lastGood: Judged | null
}

/**
 * Since when the check of `cells` (newest build first) is broken; null when its last word was that it holds.
 * Builds without a verdict of their own (not run, errored, cancelled, skipped, pending) neither break nor mend it.
 */
export function brokenSince(cells: readonly Cell[]): Since | null {
  const judged = judgedOf(cells)
  const good = judged.findIndex(({ execution }) => meaning(execution) === 'holds')
  const bad = good < 0 ? judged : judged.slice(0, good)
  const first = bad.at(-1)
  return first ? { firstBad: first, builds: bad.length, lastGood: judged[good] ?? null } : null
}

/** Those of `cells` that are verdicts on the package. */
export const judgedOf = (cells: readonly Cell[]): Judged[] =>
  cells.filter((cell): cell is Judged => cell.execution !== null && decides(cell.execution))

/** Whether the execution is a verdict on the package. */
export const decides = (execution: Pick<ExecutionSeen, 'state' | 'outcome'>): boolean =>
  ['holds', 'broken'].includes(meaning(execution))

/** Whether it is worth running again: it ended, and neither held nor had a reason not to run. */
export const isWorthRepeating = (execution: Pick<ExecutionSeen, 'state' | 'outcome'>): boolean =>
  ['broken', 'unjudged'].includes(meaning(execution)) || execution.outcome === 'cancelled'

/** Of several executions for the same build, the one that counts: the newest, cancelled ones last. */
export function newestOf<T extends ExecutionSeen>(executions: readonly T[]): T | null {
  const kept = executions.filter(({ outcome }) => outcome !== 'cancelled')
  return (kept.length > 0 ? kept : executions).reduce<T | null>(
    (newest, execution) => (newest && newest.id > execution.id ? newest : execution),
    null,
  )
}
