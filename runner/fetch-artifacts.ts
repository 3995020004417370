/** All artifacts of a build into one folder, bounded in all. */
import { join } from 'node:path'
import type { BuildArtifact } from '../schemas/types.gen.ts'
import { AttemptEnded } from './ending.ts'
import { fetchArtifact, fetchLimits } from './fetch-artifact.ts'

/** Throws what fetchArtifact throws. */
export async function fetchArtifacts(
  artifacts: readonly BuildArtifact[],
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  let room = fetchLimits.total
  const names = new Set<string>()
  for (const artifact of artifacts) {
    if (names.has(artifact.name))
      throw new AttemptEnded('artifact_mismatch', `The build announces ${artifact.name} twice.`)
    names.add(artifact.name)
    room -= await fetchArtifact(artifact, join(folder, artifact.name), { signal, room })
  }
}
