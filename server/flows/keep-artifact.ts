/** An artifact arrives: its bytes first, then its row, so that what is listed is there. The same again replaces itself. */
import { AppError } from '../../core/errors.ts'
import { fileLimitsOf } from '../../core/file-limits.ts'
import type { NewArtifact } from '../execution-files.ts'
import type { Services } from '../services.ts'
import type { Attempt } from '../store/attempts.ts'

/** Throws TOO_MANY_ARTIFACTS, and what `putArtifact` throws. */
export async function keepArtifact(
  { stores, files, settings }: Pick<Services, 'stores' | 'files' | 'settings'>,
  { executionId, number }: Attempt,
  artifact: Omit<NewArtifact, 'room'>,
): Promise<void> {
  const used = await stores.artifacts.usage(executionId, number, artifact.path)
  const limits = fileLimitsOf(settings)
  if (used.files >= limits.artifacts) throw tooMany(limits.artifacts)
  const room = limits.artifactsBytes - used.bytes
  const size = await files.putArtifact({ execution: executionId, attempt: number }, { ...artifact, room })
  const { path, sha256 } = artifact
  await stores.artifacts.put({ executionId, attempt: number, path, size, sha256 })
}

const tooMany = (most: number): AppError =>
  new AppError('TOO_MANY_ARTIFACTS', 413, `An attempt may leave ${most} artifacts: this one is not kept.`)
