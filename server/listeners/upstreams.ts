/** Follows the repositories elsewhere that packages have their checks in: when a webhook comes, and every hour. */
import { followUpstream } from '../flows/follow-upstream.ts'
import type { Services } from '../services.ts'
import type { Listener } from './listener.ts'
import { repeatedly } from './repeatedly.ts'

/** Milliseconds between two looks at what is due. */
const interval = 2_000
/** How many are followed in one look, and how many of them at a time. */
const most = { due: 100, lanes: 4 }

export function followUpstreams(services: Services): Listener {
  return repeatedly(interval, async (signal) => {
    const due = await services.stores.upstreams.due(services.now(), most.due)
    const lane = async (): Promise<void> => {
      for (let one = due.shift(); one && !signal.aborted; one = due.shift())
        await followUpstream(services, one, signal)
    }
    await Promise.all(Array.from({ length: most.lanes }, lane))
  })
}
