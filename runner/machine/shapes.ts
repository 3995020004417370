/** How many shapes of machines there are at a time: each needs a template, which takes as much memory as the machine has. */

/** The next of 1, 2, 3, 4, 6, 8, 12 …: what checks ask for is rounded up, so that many wishes share few templates. */
export function roundedUp(least: number): number {
  const power = 2 ** Math.ceil(Math.log2(least))
  return least <= (power * 3) / 4 ? (power * 3) / 4 : power
}

/** Templates that are held at a time. */
export const mostHeld = 8

/** Not asked for for so long, nobody loads a clone of it any more: the pool lets go sooner (pool.ts). */
const quietMs = 6 * 60_000

/** Which template gives way to another one; null: none need. `usedAt`: of each that is held. Throws where all are in use. */
export function whichGives(usedAt: ReadonlyMap<string, number>, now: number): string | null {
  if (usedAt.size < mostHeld) return null
  const [oldest] = [...usedAt].sort(([, one], [, other]) => one - other)
  if (oldest && now - oldest[1] >= quietMs) return oldest[0]
  throw new Error(`this host holds ${mostHeld} templates, as many as it may, and all are in use`)
}
