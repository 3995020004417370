/** When a runner counts as alive, and which architectures the site's runners bring. */
import { isPresent } from '../core/waiting.ts'
import type { Runner } from './store/runners.ts'

/** A machine that is down for a day may come back. Milliseconds. */
const forgotten = 24 * 3_600_000

export const isAlive: (runner: Runner, now: string) => boolean = isPresent

/** Architectures that checks can be planned for, as the kernel names them; the server's own always counts. */
export function siteArchitectures(runners: readonly Runner[], now: string, own: string): string[] {
  const remembered = runners.filter(({ seenAt }) => age(seenAt, now) < forgotten)
  return [...new Set([own, ...remembered.flatMap(({ facts }) => facts.architectures)])]
}

const age = (then: string, now: string): number => Date.parse(now) - Date.parse(then)
