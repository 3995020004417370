/** How often one user may do what costs before anybody can judge it: pushes, over HTTP and ssh together, and reruns. */
import type { AppError } from '../core/errors.ts'

const minute = 60_000

export interface UserRate {
  /** Throws where another would be too many. */
  assertMay: (user: string) => void
  /** Counts so many, by default one. Throws where they are too many: whoever did nothing lately may do all that belongs together. */
  count: (user: string, many?: number) => void
}

interface Rate {
  perMinute: () => number
  /** Milliseconds since 1970. */
  now: () => number
  /** What is said to a user who did too much, and may do more in so many seconds. */
  refuse: (user: string, seconds: number) => AppError
}

export function userRate({ perMinute, now, refuse }: Rate): UserRate {
  const done = new Map<string, number[]>()
  const recent = (user: string): number[] => (done.get(user) ?? []).filter((time) => time > now() - minute)
  const assertRoom = (user: string, many: number): void => {
    const times = recent(user)
    const over = times.length + many - perMinute()
    if (over <= 0 || times.length === 0) return
    const oldest = times[Math.min(over, times.length) - 1] ?? 0
    throw refuse(user, Math.max(1, Math.ceil((oldest + minute - now()) / 1000)))
  }
  return {
    assertMay: (user) => assertRoom(user, 1),
    count(user, many = 1) {
      assertRoom(user, many)
      done.set(user, [...recent(user), ...Array<number>(many).fill(now())])
      if (done.size > 1000) for (const name of done.keys()) if (recent(name).length === 0) done.delete(name)
    },
  }
}
