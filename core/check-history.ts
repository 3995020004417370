/** What one check did over the builds of a package: where it stands on each release and architecture. */
import { grouped } from './grouped.ts'
import { linesOf, type Line } from './lines.ts'
import { brokenSince, type BuildSeen, type ExecutionSeen, type Since } from './standing.ts'

/** An execution that knows the build it was for. */
export interface HistoryEntry extends ExecutionSeen {
  release: string
  version: string
}

/** The check on one release and architecture. */
export interface HistoryLine extends Line {
  release: string
  /** Null when its last word is that it holds. */
  since: Since | null
}

/** `executions`: of one check of one package, newest first. */
export const historyOf = (executions: readonly HistoryEntry[]): HistoryLine[] =>
  [...grouped(executions, ({ release }) => release)].flatMap(([release, ofRelease]) => {
    const byBuild = grouped(ofRelease, ({ buildId }) => buildId)
    return linesOf(buildsOf(ofRelease), byBuild).map((line) => ({
      ...line,
      release,
      since: brokenSince(line.cells),
    }))
  })

/** The builds that `executions` were for, newest first. */
const buildsOf = (executions: readonly HistoryEntry[]): BuildSeen[] =>
  [...new Map(executions.map((execution) => [execution.buildId, buildOf(execution)])).values()].sort(
    (a, b) => (a.id < b.id ? 1 : -1),
  )

const buildOf = ({ buildId, release, version, arch, createdAt }: HistoryEntry): BuildSeen => ({
  ...{ id: buildId, release, version, createdAt },
  architectures: [arch],
})
