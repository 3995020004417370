/** Refuses what is asked of files that are gone: it says what they were, when they went, why, and how to have them again. */
import { AppError } from '../core/errors.ts'
import { expiryWords, type ExpiryReason } from '../core/retention.ts'
import { runAtHome } from './run-at-home.ts'
import type { Services } from './services.ts'
import type { Artifact } from './store/results.ts'

/** What is told beside the sentence, to programs and to the page. */
export interface Expired {
  execution: string
  expiredAt: string
  why: ExpiryReason
  /** What was asked for; null for all of it, or the log. */
  artifact: Omit<Artifact, 'executionId'> | null
  rerun: string
  runAtHome: string
}

/** Throws FILES_EXPIRED when what the execution `id` left is gone; `path`: of the artifact that is asked for. */
export async function requireHeld(
  { stores, baseUrl }: Pick<Services, 'stores' | 'baseUrl'>,
  id: string,
  path?: string,
): Promise<void> {
  const { expired } = (await stores.holdings.of(id)) ?? {}
  if (!expired) return
  const was =
    path === undefined ? undefined : (await stores.artifacts.of(id)).findLast((one) => one.path === path)
  const told: Expired = {
    execution: id,
    expiredAt: expired.at,
    why: expired.why,
    artifact: was ? { attempt: was.attempt, path: was.path, size: was.size, sha256: was.sha256 } : null,
    rerun: `assay rerun ${id}`,
    runAtHome: runAtHome({ id }, baseUrl()),
  }
  throw new AppError(
    'FILES_EXPIRED',
    410,
    `What execution ${id} left went on ${expired.at.slice(0, 10)}, because ${expiryWords[expired.why]}. Its results are still here; \`${told.rerun}\` runs it once more.`,
    { ...told },
  )
}
