/** The databases that Assay runs on: what touches the store is tested on each. */
import { join } from 'node:path'
import { temporaryFolder } from './folder.ts'
import { freshPostgres } from './postgres.ts'

export interface TestDatabase extends AsyncDisposable {
  url: string
}

export const databases: Record<string, () => Promise<TestDatabase>> = {
  async SQLite() {
    const folder = await temporaryFolder()
    return {
      url: join(folder.path, 'assay.sqlite'),
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    }
  },
  async PostgreSQL() {
    return { url: await freshPostgres(), [Symbol.asyncDispose]: () => Promise.resolve() }
  },
}

/** Describes `behaviour` once per database. */
export function onEachDatabase(title: string, behaviour: (open: () => Promise<TestDatabase>) => void): void {
  for (const [name, open] of Object.entries(databases))
    describe(`${title} (${name})`, () => {
      behaviour(open)
    })
}
