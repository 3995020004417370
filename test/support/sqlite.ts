/** Databases for tests in files of SQLite. */
import { copyFile } from 'node:fs/promises'
import { shared } from './shared.ts'

/** Makes the file `path`, with the tables of Assay: to make them takes longer than most tests. */
export async function freshSqlite(path: string): Promise<void> {
  await copyFile(await shared<string>('sqlite'), path)
}
