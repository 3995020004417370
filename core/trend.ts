/** How a release fares from build to build: how many of its checks held, and how long they took. */
import type { Line } from './lines.ts'
import { judgedOf, meaning, type BuildSeen, type Cell, type ExecutionSeen } from './standing.ts'

export interface TrendPoint {
  build: BuildSeen
  held: number
  judged: number
  /** Of all checks that ran to a verdict, one after the other. */
  milliseconds: number
}

/** Oldest build first, without those that nothing has judged and those that are still being judged. */
export const trendOf = (builds: readonly BuildSeen[], lines: readonly Pick<Line, 'cells'>[]): TrendPoint[] =>
  builds
    .flatMap((build, at) => {
      const cells = lines.flatMap((line) => line.cells[at] ?? [])
      const judged = judgedOf(cells).map(({ execution }) => execution)
      if (judged.length === 0 || cells.some(isPending)) return []
      const held = judged.filter((execution) => meaning(execution) === 'holds').length
      const milliseconds = judged.reduce((sum, execution) => sum + (runTime(execution) ?? 0), 0)
      return { build, held, judged: judged.length, milliseconds }
    })
    .reverse()

const isPending = ({ execution }: Cell): boolean => execution !== null && meaning(execution) === 'pending'

/** Milliseconds from the first attempt's start to the end; null of what has not run or not ended. */
export const runTime = ({ startedAt, finishedAt }: Pick<ExecutionSeen, 'startedAt' | 'finishedAt'>) =>
  startedAt === null || finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt)
