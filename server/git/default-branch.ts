/** Which branch serves the releases that have none of their own. Pure. */

/**
 * The default of `branches`: the one that HEAD names if it is there, else what was the default before, else a usual name,
 * else the first by name; null: there are no branches.
 */
export function defaultBranch(
  branches: readonly string[],
  { head, before }: { head: string | null; before: string | null },
): string | null {
  const wanted = [head, before, 'main', 'master'].find(
    (branch) => branch !== null && branches.includes(branch),
  )
  return wanted ?? [...branches].sort()[0] ?? null
}
