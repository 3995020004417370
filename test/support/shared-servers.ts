/** What all files of a run share: each started or made when it is first asked for, and ended with the run. */
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { readConfig } from '../../core/config.ts'
import { openServices } from '../../server/services.ts'
import { openDatabase } from '../../server/store/database.ts'
import { browserFlags } from './browser-flags.ts'
import { temporaryFolder } from './folder.ts'
import { startCluster, template } from './postgres-cluster.ts'
import { startRabbitmq, type Broker } from './rabbitmq.ts'
import { fillSite } from './rich-site.ts'
import type { FilledFolder } from './visited-site.ts'

export interface Shared extends AsyncDisposable {
  /** What whoever uses it must know, as JSON. */
  facts: unknown
}

export const sharedServers: Readonly<Record<string, () => Promise<Shared>>> = {
  /** The folder of a cluster in which `template` has the tables of Assay. */
  postgres: async () =>
    sharing(await startCluster(), async ({ folder, createDatabase, urlOf }) => {
      await createDatabase(template)
      await (await openDatabase(urlOf(template))).destroy()
      return folder
    }),

  /** The path of a file with the tables of Assay, to be copied. */
  sqlite: async () =>
    sharing(await temporaryFolder(), async ({ path }) => {
      const file = join(path, 'template.sqlite')
      await (await openDatabase(file)).destroy()
      return file
    }),

  /** A data folder with a site that has something of everything, to be copied. */
  richSite: async () =>
    sharing(await temporaryFolder(), async ({ path }): Promise<FilledFolder> => {
      const config = readConfig({ ASSAY_DATA: path, ASSAY_LOG: 'silent' })
      const { services, close } = await openServices(config, () => 'http://localhost')
      const site = await fillSite(services).finally(close)
      return { folder: path, site }
    }),

  /** A broker that nobody kills: whoever wants to starts one. */
  rabbitmq: async () =>
    sharing(await startRabbitmq(), ({ url, tlsUrl, certificates }): Broker => ({
      url,
      tlsUrl,
      certificates,
    })),

  /** Where a browser is asked for contexts, which know nothing of each other. */
  async chromium() {
    const browser = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: browserFlags })
    return { facts: browser.wsEndpoint(), [Symbol.asyncDispose]: () => browser.close() }
  },
}

/** What was started, with what `prepare` makes of it for others. */
async function sharing<T extends AsyncDisposable>(
  started: T,
  prepare: (started: T) => unknown,
): Promise<Shared> {
  const dispose = (): Promise<void> => Promise.resolve(started[Symbol.asyncDispose]())
  try {
    return { facts: await prepare(started), [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}
