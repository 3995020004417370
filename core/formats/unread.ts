/** Checks in formats that this version does not read: said, never quietly dropped. */
import type { Reading } from '../check.ts'

const formats: readonly { is: (path: string) => boolean; format: string }[] = [
  { is: (path) => path === 'checks.yml', format: 'a misspelt checks.yaml' },
  { is: (path) => /^tests\/tests[^/]*\.ya?ml$/.test(path), format: 'STI' },
]

/** What is said about the file at `path` of a check repository, where it holds checks that are not read; else null. */
export function unreadFormat(path: string): Reading['skipped'][number] | null {
  const found = formats.find(({ is }) => is(path))
  if (!found) return null
  const reason =
    path === 'checks.yml'
      ? 'it is not read: rename it to checks.yaml'
      : `checks written as ${found.format} are not read by this version of Assay yet: declare them in checks.yaml`
  return { name: path, reason }
}
