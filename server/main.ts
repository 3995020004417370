/** The server as a whole: starts everything in order and ends it in the opposite order. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp, proxiesOf } from './app.ts'
import { boundConnections, isOwnHost } from './connections.ts'
import type { Config } from '../core/config.ts'
import { lockData } from './data-lock.ts'
import { startSweeping } from './flows/sweep.ts'
import { closeServer, listenLocally, listenTcp, urlOf } from './listen.ts'
import { startListeners } from './listeners/start.ts'
import { openPublishers } from './publishers/kinds.ts'
import { startPublishing } from './publishers/publishing.ts'
import { openServices, type Services } from './services.ts'

export interface RunningServer {
  /** Public base address, without a slash at its end. */
  url: string
  /** Requests that come through it are an admin's. */
  socketPath: string
  /** Where runners on this host find the queue. */
  redisUrl: string
  services: Services
  close: () => Promise<void>
}

/** Starts the server; what fails ends what was started before it. Throws AppError with what to do about it. */
export async function startServer(config: Config): Promise<RunningServer> {
  const ending: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const end of ending.splice(0).reverse()) await end()
  }
  try {
    // Others may pass through, not look around: machines run as an unprivileged user.
    await mkdir(config.data, { recursive: true, mode: 0o711 })
    ending.push(await lockData(config.data))
    const address = { url: '' }
    const opened = await openServices(config, () => address.url)
    ending.push(opened.close)
    const { services } = opened
    const app = buildApp(services)
    const tcp = await listenTcp(app, config.listen)
    const isProxy = proxiesOf(app)
    boundConnections(tcp, (address) => isOwnHost(address) || isProxy(address))
    ending.push(() => closeServer(tcp))
    address.url = urlOf(tcp)
    const socketPath = join(config.data, 'assay.sock')
    const local = await listenLocally(app, socketPath)
    ending.push(() => closeServer(local))
    const publishing = startPublishing(services, await openPublishers(services))
    ending.push(() => publishing.close())
    const sweeping = startSweeping(services)
    ending.push(() => sweeping.close())
    const listening = await startListeners(services)
    ending.push(() => listening.close())
    return { url: services.baseUrl(), socketPath, redisUrl: services.redisUrl, services, close }
  } catch (error) {
    await close()
    throw error
  }
}
