/** Databases for tests in one private PostgreSQL cluster, started on first use and ended after all tests. */
import { startCluster, type Cluster } from './postgres-cluster.ts'

let starting: Promise<Cluster> | undefined
let databases = 0

/** Address of a fresh, empty database. */
export async function freshPostgres(): Promise<string> {
  starting ??= startCluster()
  const cluster = await starting
  const name = `assay_${(databases += 1)}`
  await cluster.createDatabase(name)
  return cluster.urlOf(name)
}

after('ends the private PostgreSQL', async () => {
  await (await starting)?.[Symbol.asyncDispose]()
})
