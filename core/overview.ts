/** What holds and what broke: turns a package's latest builds and their executions into what its page says. */
import type { Contradiction } from './flaky.ts'
import { grouped } from './grouped.ts'
import { linesOf, type Line } from './lines.ts'
import {
  brokenSince,
  bySeverity,
  markOf,
  meaning,
  worst,
  type BuildSeen,
  type ExecutionSeen,
  type Mark,
  type Since,
} from './standing.ts'
import { trendOf, type TrendPoint } from './trend.ts'

/** The verdict on one architecture of a release: that of the newest build which has it. */
export interface ArchVerdict {
  arch: string
  build: BuildSeen
  /** The worst of its checks; null when no check ran. */
  mark: Mark | null
  counts: MarkCounts
}

export type MarkCounts = Partial<Record<Mark, number>>

/** Something a person should look at. `since` is null where it says nothing about the package. */
export interface Trouble {
  execution: ExecutionSeen
  build: BuildSeen
  since: Since | null
  flaky: Contradiction | null
}

/** One row of the matrix: what a check did for each build, one cell per build, in it one execution per architecture. */
export interface CheckRow {
  repository: string
  check: string
  cells: ExecutionSeen[][]
  /** On whichever architecture. */
  flaky: Contradiction | null
}

export interface ReleaseOverview {
  release: string
  /** Newest first. */
  builds: BuildSeen[]
  verdicts: ArchVerdict[]
  troubles: Trouble[]
  pending: Trouble[]
  rows: CheckRow[]
  trend: TrendPoint[]
}

export interface Overview {
  /** The worst verdict of all releases; null when nothing ran. */
  mark: Mark | null
  releases: ReleaseOverview[]
}

/** `builds`: of one package, newest first. `executions`: of those builds, in any order. */
export function overview(builds: readonly BuildSeen[], executions: readonly ExecutionSeen[]): Overview {
  const byBuild = grouped(executions, ({ buildId }) => buildId)
  const releases = [...grouped(builds, ({ release }) => release)].map(([release, ofRelease]) =>
    releaseOverview(release, ofRelease, byBuild),
  )
  const marks = releases.flatMap(({ verdicts }) => verdicts.flatMap(({ mark }) => mark ?? []))
  return { mark: worst(marks), releases }
}

function releaseOverview(
  release: string,
  builds: BuildSeen[],
  byBuild: ReadonlyMap<string, readonly ExecutionSeen[]>,
): ReleaseOverview {
  const lines = linesOf(builds, byBuild)
  const arches = [
    ...new Set([...builds.flatMap((build) => build.architectures), ...lines.map(({ arch }) => arch)]),
  ]
  const verdicts = arches.sort().flatMap((arch) => archVerdict(arch, builds, lines) ?? [])
  const now = lines.flatMap((line) => standingNow(line, verdicts) ?? [])
  const inMeaning = (...wanted: ReturnType<typeof meaning>[]): Trouble[] =>
    now.filter(({ execution }) => wanted.includes(meaning(execution)))
  return {
    release,
    builds,
    verdicts,
    troubles: inMeaning('broken', 'unjudged'),
    pending: inMeaning('pending'),
    rows: rowsOf(lines),
    trend: trendOf(builds, lines),
  }
}

/** Null for an architecture that none of the builds has any more to say about. */
function archVerdict(arch: string, builds: readonly BuildSeen[], lines: readonly Line[]): ArchVerdict | null {
  const ofArch = lines.filter((line) => line.arch === arch)
  const at = builds.findIndex(
    (build, index) =>
      build.architectures.includes(arch) || ofArch.some(({ cells }) => cells[index]?.execution),
  )
  const build = builds[at]
  if (!build) return null
  const marks = ofArch.flatMap(({ cells }) => {
    const execution = cells[at]?.execution
    return execution ? markOf(execution) : []
  })
  return { arch, build, mark: worst(marks), counts: countMarks(marks) }
}

export function countMarks(marks: readonly Mark[]): MarkCounts {
  const counts: MarkCounts = {}
  for (const mark of marks) counts[mark] = (counts[mark] ?? 0) + 1
  return counts
}

export function sumCounts(all: readonly MarkCounts[]): MarkCounts {
  const sum: MarkCounts = {}
  for (const counts of all)
    for (const mark of bySeverity) if (counts[mark]) sum[mark] = (sum[mark] ?? 0) + counts[mark]
  return sum
}

/** What the line says about the build that its architecture is judged by. */
function standingNow(line: Line, verdicts: readonly ArchVerdict[]): Trouble | null {
  const judged = verdicts.find(({ arch }) => arch === line.arch)
  const cell = line.cells.find(({ build }) => build.id === judged?.build.id)
  if (!cell?.execution) return null
  const since = meaning(cell.execution) === 'broken' ? brokenSince(line.cells) : null
  return { execution: cell.execution, build: cell.build, since, flaky: line.flaky }
}

function rowsOf(lines: readonly Line[]): CheckRow[] {
  const rows = grouped(lines, ({ repository, check }) => [repository, check].join('|'))
  return [...rows.values()].flatMap((arches) => {
    const [first] = arches
    if (!first) return []
    const cells = first.cells.map((_, index) => arches.flatMap(({ cells }) => cells[index]?.execution ?? []))
    const flaky = arches.find((line) => line.flaky)?.flaky ?? null
    return { repository: first.repository, check: first.check, cells, flaky }
  })
}
