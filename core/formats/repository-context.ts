/** What readers of a repository are told beside its files. */
import type { CheckBounds } from '../check-bounds.ts'
import type { PackageName } from '../names.ts'

/** Why sources could not be fetched, by folder. Others that are not there may still come. */
export type Unfetched = ReadonlyMap<string, string>

export interface RepositoryContext {
  /** The package whose check repository it is; null at home, where nobody may know. */
  repository: PackageName | null
  unfetched?: Unfetched
  /** The most that checks may ask for; absent: whatever a machine can have. */
  bounds?: CheckBounds
}
