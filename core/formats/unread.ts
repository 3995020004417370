/** What looks like a file that declares checks and is none: said, never quietly dropped. */
import type { Reading } from '../check.ts'

/** What is said about the file at `path` of a check repository, where it is misnamed; else null. */
export const unreadFormat = (path: string): Reading['skipped'][number] | null =>
  path === 'checks.yml' ? { name: path, reason: 'it is not read: rename it to checks.yaml' } : null
