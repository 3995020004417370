/** Checks over the builds of one release: each check on each architecture as a line of cells, newest build first. */
import { contradiction, type Contradiction } from './flaky.ts'
import { grouped } from './grouped.ts'
import { newestOf, type BuildSeen, type Cell, type ExecutionSeen } from './standing.ts'

/** One check on one architecture over the builds of its release, newest first. */
export interface Line {
  repository: string
  check: string
  arch: string
  cells: Cell[]
  flaky: Contradiction | null
}

/** The lines of one release, by check and architecture. */
export function linesOf(
  builds: readonly BuildSeen[],
  byBuild: ReadonlyMap<string, readonly ExecutionSeen[]>,
): Line[] {
  const executions = builds.flatMap(({ id }) => byBuild.get(id) ?? [])
  const lines = grouped(executions, ({ repository, check, arch }) => [repository, check, arch].join('|'))
  return [...lines.values()]
    .flatMap((ofLine) => {
      const [first] = ofLine
      if (!first) return []
      const cellOf = grouped(ofLine, ({ buildId }) => buildId)
      const cells = builds.map((build) => ({ build, execution: newestOf(cellOf.get(build.id) ?? []) }))
      const { repository, check, arch } = first
      return { repository, check, arch, cells, flaky: contradiction(ofLine, builds) }
    })
    .sort(
      (a, b) => compare(a.check, b.check) || compare(a.repository, b.repository) || compare(a.arch, b.arch),
    )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
