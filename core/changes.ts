/** Changes of verdict: what broke and what was mended from build to build; nothing that stayed as it was. */
import { grouped } from './grouped.ts'
import { linesOf, type Line } from './lines.ts'
import { judgedOf, meaning, type BuildSeen, type ExecutionSeen } from './standing.ts'

export interface Change {
  became: 'broken' | 'mended'
  execution: ExecutionSeen
  build: BuildSeen
  /** The build of the verdict before; null when there was none among the builds looked at. */
  before: BuildSeen | null
}

/**
 * Changes, newest first. A first verdict counts when it is bad news.
 * `builds`: newest first; `executions`: of those builds, in any order.
 */
export function changes(builds: readonly BuildSeen[], executions: readonly ExecutionSeen[]): Change[] {
  const byBuild = grouped(executions, ({ buildId }) => buildId)
  return [...grouped(builds, ({ release }) => release).values()]
    .flatMap((ofRelease) => linesOf(ofRelease, byBuild).flatMap(changesOf))
    .sort((a, b) => (a.execution.id < b.execution.id ? 1 : -1))
}

function changesOf({ cells }: Line): Change[] {
  const judged = judgedOf(cells)
  return judged.flatMap(({ build, execution }, at) => {
    const before = judged[at + 1] ?? null
    const now = meaning(execution)
    if (before ? meaning(before.execution) === now : now === 'holds') return []
    return { became: now === 'broken' ? 'broken' : 'mended', execution, build, before: before?.build ?? null }
  })
}
