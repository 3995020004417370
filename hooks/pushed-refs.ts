/** Which refs may be pushed: branches and tags with names that git itself would give them. Pure. */
import { printable } from '../core/formats/show-faults.ts'
import type { RefUpdate } from '../schemas/types.gen.ts'

/** Git takes what `refs/replace/` holds for the objects themselves; others are notes, or nobody's. */
const pushed = /^refs\/(heads|tags)\/(.+)$/

/**
 * Why refs are refused; none: they may be pushed. Git has refused what is no ref at all; names that it takes for options
 * or for HEAD it lets in from elsewhere, though it would not make them itself (git-check-ref-format(1), --branch).
 */
export function refuseRefs(updates: readonly RefUpdate[]): string[] {
  return updates.flatMap(({ ref }) => {
    const [, , name] = pushed.exec(ref) ?? []
    if (name === undefined)
      return [
        `${printable(ref)} is neither a branch nor a tag, and nothing else is kept here: push to refs/heads/ or refs/tags/ (a mirror: git push --all, then git push --tags).`,
      ]
    return name === 'HEAD' || name.startsWith('-')
      ? [
          `${printable(ref)} has a name that git would take for something else: call it like a release, such as bookworm.`,
        ]
      : []
  })
}
