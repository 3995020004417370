/** Databases for tests in the one private PostgreSQL of the run. */
import { randomBytes } from 'node:crypto'
import { clusterIn } from './postgres-cluster.ts'
import { shared } from './shared.ts'

/** Address of a fresh, empty database. */
export async function freshPostgres(): Promise<string> {
  const { createDatabase, urlOf } = clusterIn(await shared<string>('postgres'))
  const name = `assay_${randomBytes(6).toString('hex')}`
  await createDatabase(name)
  return urlOf(name)
}
