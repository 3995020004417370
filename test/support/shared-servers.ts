/** What all files of a run share: each started or made when it is first asked for, and ended with the run. */
import { join } from 'node:path'
import { openDatabase } from '../../server/store/database.ts'
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
