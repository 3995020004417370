/** How much of what one attempt leaves is kept, where a site's settings do not say otherwise. */
import type { JobLimits, Settings } from '../schemas/types.gen.ts'

const MiB = 1024 ** 2
const defaults = { logMiB: 20, artifactMiB: 100, artifactsMiB: 200, artifacts: 2000 }

export function fileLimitsOf({ limits }: Pick<Settings, 'limits'>): JobLimits {
  const { logMiB, artifactMiB, artifactsMiB, artifacts } = { ...defaults, ...limits }
  return {
    logBytes: logMiB * MiB,
    artifactBytes: Math.min(artifactMiB, artifactsMiB) * MiB,
    artifactsBytes: artifactsMiB * MiB,
    artifacts,
  }
}
