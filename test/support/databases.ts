/** The databases that Assay runs on: what touches the store is tested on each. */
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'
import { freshPostgres } from './postgres.ts'
import { freshSqlite } from './sqlite.ts'

export interface TestDatabase extends AsyncDisposable {
  url: string
}

/** Fresh ones: with the tables of Assay, or, for tests of how these are made, without any. */
export const databases: Record<string, (has?: 'tables' | 'nothing') => Promise<TestDatabase>> = {
  async SQLite(has = 'tables') {
    const folder = await temporaryFolder()
    const url = join(folder.path, 'assay.sqlite')
    if (has === 'tables') await freshSqlite(url)
    return { url, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
  },
  async PostgreSQL(has = 'tables') {
    return { url: await freshPostgres(has), [Symbol.asyncDispose]: () => Promise.resolve() }
  },
}

/** Describes `behaviour` once per database. */
export function onEachDatabase(
  title: string,
  behaviour: (open: (has?: 'tables' | 'nothing') => Promise<TestDatabase>) => void,
): void {
  for (const [name, open] of Object.entries(databases))
    describe(`${title} (${name})`, () => {
      behaviour(open)
    })
}
