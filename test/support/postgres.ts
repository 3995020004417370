/** Databases for tests in the one private PostgreSQL of the run. */
import { randomBytes } from 'node:crypto'
import { clusterIn, template } from './postgres-cluster.ts'
import { shared } from './shared.ts'

/** Address of a fresh database: with the tables of Assay, or without any. */
export async function freshPostgres(has: 'tables' | 'nothing'): Promise<string> {
  const { createDatabase, urlOf } = clusterIn(await shared<string>('postgres'))
  const name = `assay_${randomBytes(6).toString('hex')}`
  await createDatabase(name, has === 'tables' ? template : undefined)
  return urlOf(name)
}
