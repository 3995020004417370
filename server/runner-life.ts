/** When a runner counts as alive, and which architectures the site's runners bring. */
import type { Runner } from './store/runners.ts'

/** Milliseconds. Runners say hello again at least once a minute; a machine that is down for a day may come back. */
const silence = { dead: 120_000, forgotten: 24 * 3_600_000 }

export const isAlive = ({ seenAt }: Runner, now: string): boolean => age(seenAt, now) < silence.dead

/** Architectures that checks can be planned for, as the kernel names them; the server's own always counts. */
export function siteArchitectures(runners: readonly Runner[], now: string, own: string): string[] {
  const remembered = runners.filter(({ seenAt }) => age(seenAt, now) < silence.forgotten)
  return [...new Set([own, ...remembered.flatMap(({ facts }) => facts.architectures)])]
}

const age = (then: string, now: string): number => Date.parse(now) - Date.parse(then)
