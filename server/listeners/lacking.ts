/** Tries again what checks take from elsewhere and could not get. */
import { fullName } from '../../core/names.ts'
import { registerLacking } from '../flows/register-push.ts'
import type { Services } from '../services.ts'
import type { Listener } from './listener.ts'
import { repeatedly } from './repeatedly.ts'

/** Milliseconds between two looks: what is away is seldom back within seconds. */
const interval = 10 * 60_000

export function retryLacking(services: Services): Listener {
  const { repositories, stores, log } = services
  return repeatedly(interval, async (signal) => {
    for (const name of await repositories.lacking.all()) {
      signal.throwIfAborted()
      try {
        if (await stores.packages.find(name)) await registerLacking(services, name, signal)
      } catch (error) {
        signal.throwIfAborted()
        log.error({ err: error, repository: fullName(name) }, 'a repository cannot be registered anew')
      }
    }
  })
}
