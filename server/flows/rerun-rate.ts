/** How often one user may rerun: each rerun is a machine. */
import { AppError } from '../../core/errors.ts'
import type { Settings } from '../../schemas/types.gen.ts'
import { userRate, type UserRate } from '../user-rate.ts'

/** Unless the site's settings say otherwise. */
const rerunsPerMinute = 300

export function rerunRate(settings: Settings, now: () => string): UserRate {
  const perMinute = (): number => settings.queue?.rerunsPerMinute ?? rerunsPerMinute
  return userRate({
    perMinute,
    now: () => Date.parse(now()),
    refuse: (user, seconds) =>
      new AppError(
        'TOO_MANY_RERUNS',
        429,
        `${user} asked for more than ${perMinute()} reruns within a minute: try again in ${seconds} seconds.`,
      ),
  })
}
