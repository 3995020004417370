/** The servers that all files of a run share: each started when it is first asked for, and ended with the run. */
import { startCluster } from './postgres-cluster.ts'

export interface Shared extends AsyncDisposable {
  /** What whoever uses it must know, as JSON. */
  facts: unknown
}

export const sharedServers: Readonly<Record<string, () => Promise<Shared>>> = {
  async postgres() {
    const cluster = await startCluster()
    return { facts: cluster.folder, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() }
  },
}
