/** An artifact arrives: its bytes first, then its row, so that what is listed is there. The same again replaces itself. */
import { AppError } from '../../core/errors.ts'
import { fileLimits, type NewArtifact } from '../execution-files.ts'
import type { Services } from '../services.ts'
import type { Attempt } from '../store/attempts.ts'

/** Throws TOO_MANY_ARTIFACTS, and what `putArtifact` throws. */
export async function keepArtifact(
  { stores, files }: Pick<Services, 'stores' | 'files'>,
  { executionId, number }: Attempt,
  artifact: Omit<NewArtifact, 'room'>,
): Promise<void> {
  const used = await stores.artifacts.usage(executionId, number, artifact.path)
  if (used.files >= fileLimits.files) throw tooMany()
  const room = fileLimits.artifacts - used.bytes
  const size = await files.putArtifact({ execution: executionId, attempt: number }, { ...artifact, room })
  const { path, sha256 } = artifact
  await stores.artifacts.put({ executionId, attempt: number, path, size, sha256 })
}

const tooMany = (): AppError =>
  new AppError(
    'TOO_MANY_ARTIFACTS',
    413,
    `An attempt may leave ${fileLimits.files} artifacts: this one is not kept.`,
  )
