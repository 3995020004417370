/** All artifacts of a build into one folder, bounded in all. */
import { join } from 'node:path'
import type { BuildArtifact } from '../schemas/types.gen.ts'
import { AttemptEnded } from './ending.ts'
import type { FetchBeside } from './guest/source-package.ts'
import { anyHost, type ArtifactHosts } from './artifact-hosts.ts'
import { fetchArtifact, fetchLimits, type Fetching } from './fetch-artifact.ts'

/** Throws what fetchArtifact throws. */
export async function fetchArtifacts(
  artifacts: readonly BuildArtifact[],
  folder: string,
  fetching: Omit<Fetching, 'room'>,
): Promise<void> {
  let room = fetchLimits.total
  const names = new Set<string>()
  for (const artifact of artifacts) {
    if (names.has(artifact.name))
      throw new AttemptEnded('artifact_mismatch', `The build announces ${artifact.name} twice.`)
    names.add(artifact.name)
    room -= await fetchArtifact(artifact, join(folder, artifact.name), { ...fetching, room })
  }
}

/** Fetches what lies beside one of `artifacts`, at the same address but for its name. */
export const besideOf =
  (artifacts: readonly Pick<BuildArtifact, 'name' | 'url'>[], hosts: ArtifactHosts = anyHost): FetchBeside =>
  async (beside, { path: name, sha256, size }, folder, signal) => {
    const origin = artifacts.find((one) => one.name === beside)
    const url = new URL(encodeURIComponent(name), origin?.url).href
    await fetchArtifact({ name, url, sha256, size }, join(folder, name), { signal, hosts })
  }
