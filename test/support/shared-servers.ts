/** What all files of a run share: each started or made when it is first asked for, and ended with the run. */
import { join } from 'node:path'
import { openDatabase } from '../../server/store/database.ts'
import { browserFlags } from './browser-flags.ts'
import { temporaryFolder } from './folder.ts'
import { startCluster, template } from './postgres-cluster.ts'
import { startRabbitmq } from './rabbitmq.ts'

export interface Shared extends AsyncDisposable {
  /** What whoever uses it must know, as JSON. */
  facts: unknown
}

export const sharedServers: Readonly<Record<string, () => Promise<Shared>>> = {
  /** The folder of a cluster in which `template` has the tables of Assay. */
  async postgres() {
    const cluster = await startCluster()
    const shared = { facts: cluster.folder, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() }
    return orDisposed(shared, async () => {
      await cluster.createDatabase(template)
      await migrate(cluster.urlOf(template))
    })
  },

  /** The path of a file with the tables of Assay, to be copied. */
  async sqlite() {
    const folder = await temporaryFolder()
    const facts = join(folder.path, 'template.sqlite')
    return orDisposed({ facts, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }, () =>
      migrate(facts),
    )
  },

  /** A broker that nobody kills: whoever wants to starts one. */
  async rabbitmq() {
    const { url, tlsUrl, certificates, ...broker } = await startRabbitmq()
    return {
      facts: { url, tlsUrl, certificates },
      [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
    }
  },

  /** Where a browser is asked for contexts, which know nothing of each other. */
  async chromium() {
    // Loaded late: each process of the run loads this file, and few want a browser.
    const { chromium } = await import('playwright-core')
    const browser = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: browserFlags })
    return { facts: browser.wsEndpoint(), [Symbol.asyncDispose]: () => browser.close() }
  },
}

/** What was started, once `rest` was done to it. */
async function orDisposed(shared: Shared, rest: () => Promise<void>): Promise<Shared> {
  try {
    await rest()
    return shared
  } catch (error) {
    await shared[Symbol.asyncDispose]()
    throw error
  }
}

async function migrate(url: string): Promise<void> {
  await (await openDatabase(url)).destroy()
}
