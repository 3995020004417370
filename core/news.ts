/** What happened lately, over all packages: each build with its verdict, and what it broke or mended. */
import { changes, type Change } from './changes.ts'
import { grouped } from './grouped.ts'
import { countMarks, type MarkCounts } from './overview.ts'
import { markOf, newestOf, worst, type BuildSeen, type ExecutionSeen, type Mark } from './standing.ts'

/** A build of some package. */
export interface NamedBuild extends BuildSeen {
  package: string
}

export interface NewsItem {
  build: NamedBuild
  /** The worst of its checks; null when none ran. */
  mark: Mark | null
  counts: MarkCounts
  changes: Change[]
}

/**
 * News of the newest `limit` of `builds` (newest first; older ones only serve to tell what changed).
 * `executions`: of those builds, in any order.
 */
export function news(
  builds: readonly NamedBuild[],
  executions: readonly ExecutionSeen[],
  limit: number,
): NewsItem[] {
  const byBuild = grouped(executions, ({ buildId }) => buildId)
  const changed = grouped(
    [...grouped(builds, (build) => build.package).values()].flatMap((ofPackage) =>
      changes(
        ofPackage,
        ofPackage.flatMap(({ id }) => byBuild.get(id) ?? []),
      ),
    ),
    ({ build }) => build.id,
  )
  return builds.slice(0, limit).map((build) => {
    const marks = standing(byBuild.get(build.id) ?? []).map(markOf)
    return { build, mark: worst(marks), counts: countMarks(marks), changes: changed.get(build.id) ?? [] }
  })
}

/** The executions of one build that count: of reruns only the newest. */
export const standing = <T extends ExecutionSeen>(executions: readonly T[]): T[] =>
  [
    ...grouped(executions, ({ repository, check, arch }) => [repository, check, arch].join('|')).values(),
  ].flatMap((reruns) => newestOf(reruns) ?? [])
