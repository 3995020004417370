/** Starts the listeners that the site's settings name, and those for what packages name. */
import type { Services } from '../services.ts'
import { watchArchive } from './archive/watch.ts'
import { consumeBus } from './bus/consume.ts'
import { giveUpUnsought, startSeeking } from './koji/seek-files.ts'
import type { Listener } from './listener.ts'
import { retryLacking } from './lacking.ts'
import { followUpstreams } from './upstreams.ts'

export async function startListeners(services: Services): Promise<Listener> {
  const { archives = [], buses = [] } = services.settings.listeners ?? {}
  const started: Listener[] = [followUpstreams(services), retryLacking(services)]
  for (const archive of archives) {
    await services.stores.listeners.ensure(archive.name, 'archive')
    started.push(watchArchive(services, archive))
  }
  await giveUpUnsought(services, buses)
  for (const bus of buses) {
    await services.stores.listeners.ensure(bus.name, 'bus')
    const seeker = bus.koji && (await startSeeking(services, bus.name, bus.koji))
    if (seeker) started.push(seeker)
    started.push(await consumeBus(services, bus, seeker?.soon))
  }
  return {
    async close() {
      await Promise.all(started.map((listener) => listener.close()))
    },
  }
}
