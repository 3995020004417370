/** How often one user may push, over HTTP and ssh together: what a push costs is paid before anybody can judge it. */
import { AppError } from '../../core/errors.ts'

const minute = 60_000

/** `perMinute`: pushes of one user; `now`: milliseconds since 1970. */
export function pushRate(perMinute: number, now: () => number) {
  const pushed = new Map<string, number[]>()
  const recent = (user: string): number[] => (pushed.get(user) ?? []).filter((time) => time > now() - minute)
  const assertMay = (user: string): void => {
    const times = recent(user)
    if (times.length < perMinute) return
    const seconds = Math.max(1, Math.ceil(((times[0] ?? 0) + minute - now()) / 1000))
    throw new AppError(
      'TOO_MANY_PUSHES',
      429,
      `More than ${perMinute} pushes of ${user} came within a minute: try again in ${seconds} seconds, or push several branches at once.`,
    )
  }
  return {
    /** Throws TOO_MANY_PUSHES where another push would be one too many. */
    assertMay,
    /** Counts a push; throws as assertMay does. */
    count: (user: string): void => {
      assertMay(user)
      pushed.set(user, [...recent(user), now()])
      if (pushed.size > 1000)
        for (const name of pushed.keys()) if (recent(name).length === 0) pushed.delete(name)
    },
  }
}
