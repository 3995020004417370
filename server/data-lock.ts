/** One server per data folder: a lock that the kernel itself lets go of when its holder dies. */
import { join } from 'node:path'
import sqlite3 from 'sqlite3'
import { AppError } from '../core/errors.ts'

/**
 * Locks `folder` until the returned function is called or the process ends, however it ends.
 * Throws DATA_IN_USE while another server holds it.
 * @note SQLite's exclusive lock is a record lock of the kernel's: no pid to go stale, and it holds within a process too.
 */
export async function lockData(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock')
  const db = await new Promise<sqlite3.Database>((resolve, reject) => {
    const opening = new sqlite3.Database(path, (error) => {
      if (error) reject(error)
      else resolve(opening)
    })
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      db.close(() => resolve())
    })
  try {
    await execute(db, 'PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    await close()
    throw (error as { code?: string }).code === 'SQLITE_BUSY' ? inUse(folder) : error
  }
  return close
}

const inUse = (folder: string): AppError =>
  new AppError(
    'DATA_IN_USE',
    409,
    `Another Assay server is using ${folder}: stop it first, or set ASSAY_DATA to another folder.`,
    { folder },
  )

function execute(db: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    db.exec(sql, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}
