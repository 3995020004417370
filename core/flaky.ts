/** Checks that contradict themselves: the same check of the same thing held once and failed once. */
import { grouped } from './grouped.ts'
import { decides, meaning, type BuildSeen, type ExecutionSeen } from './standing.ts'

/** Two verdicts that cannot both be about the package, because nothing differs that it or its check brought. */
export interface Contradiction {
  held: ExecutionSeen
  broke: ExecutionSeen
  version: string
  /** How often the check said the one and the other of the same thing. */
  times: number
}

/**
 * The newest contradiction among `executions` of one check on one architecture, reruns included; null when it never
 * changed its mind. The same thing is the same version of the package, judged by the same commit of the check.
 */
export function contradiction(
  executions: readonly ExecutionSeen[],
  builds: readonly BuildSeen[],
): Contradiction | null {
  const versions = new Map(builds.map(({ id, version }) => [id, version]))
  const newestFirst = executions.filter(decides).sort((one, other) => (one.id < other.id ? 1 : -1))
  const ofSame = grouped(
    newestFirst,
    ({ buildId, commit }) => `${commit} ${versions.get(buildId) ?? buildId}`,
  )
  const found = [...ofSame.values()].flatMap((same) => {
    const held = same.find((execution) => meaning(execution) === 'holds')
    const broke = same.find((execution) => meaning(execution) === 'broken')
    return held && broke ? { held, broke, version: versions.get(held.buildId) ?? '' } : []
  })
  const [newest] = found
  return newest ? { ...newest, times: found.length } : null
}
