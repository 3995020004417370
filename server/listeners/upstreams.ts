/** Follows the repositories elsewhere that packages have their checks in: when a webhook comes, and every hour. */
import { followUpstream } from '../flows/follow-upstream.ts'
import type { Services } from '../services.ts'
import type { Upstream } from '../store/upstreams.ts'
import type { Listener } from './listener.ts'
import { repeatedly } from './repeatedly.ts'

/** Milliseconds between two looks at what is due. */
const interval = 2_000
/** How many are followed at a time: a slow one holds up no other. */
const lanes = 8

export function followUpstreams(services: Services): Listener {
  const { stores, log, now } = services
  const closing = new AbortController()
  /** By package: what is under way. */
  const under = new Map<number, Promise<void>>()
  const follow = async (one: Upstream): Promise<void> => {
    const { id } = one.package
    try {
      await followUpstream(services, one, closing.signal)
    } catch (error) {
      if (!closing.signal.aborted) log.error({ err: error, url: one.url }, 'an upstream cannot be followed')
    } finally {
      under.delete(id)
    }
  }
  const looking = repeatedly(interval, async () => {
    for (const one of await stores.upstreams.due(now(), 2 * lanes))
      if (under.size < lanes && !under.has(one.package.id)) under.set(one.package.id, follow(one))
  })
  return {
    async close() {
      closing.abort()
      await looking.close()
      await Promise.all(under.values())
    },
  }
}
