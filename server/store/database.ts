/** Opens the database, SQLite or PostgreSQL, and brings its tables up to date. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import knex, { type Knex } from 'knex'
import * as ground from './migrations/001-ground.ts'
import * as oneTableOfResults from './migrations/002-one-table-of-results.ts'
import * as holdings from './migrations/003-holdings.ts'
import * as outbox from './migrations/005-outbox.ts'
import * as listeners from './migrations/006-listeners.ts'
import * as groups from './migrations/007-groups.ts'
import * as sshKeys from './migrations/007-ssh-keys.ts'
import * as people from './migrations/008-people.ts'
import * as searchOfExecutions from './migrations/009-search-of-executions.ts'
import * as sessions from './migrations/010-sessions.ts'
import * as packageLists from './migrations/011-package-lists.ts'
import * as quickLooks from './migrations/013-quick-looks.ts'
import * as awaitedFiles from './migrations/014-awaited-files.ts'
import * as sharedPackages from './migrations/015-shared-packages.ts'
import * as triggers from './migrations/016-triggers.ts'
import * as upstreams from './migrations/017-upstreams.ts'
import * as versions from './migrations/018-versions-by-their-beginning.ts'
import * as lineOfExecutions from './migrations/019-line-of-executions.ts'
import * as subjectsOfBuilds from './migrations/020-subjects-of-builds.ts'
import * as accounts from './migrations/021-accounts.ts'
import * as uploads from './migrations/022-uploads.ts'

/** Either the database or a transaction in it: stores are built from whichever they shall belong to. */
export type Database = Knex

const migrations = {
  '001-ground': ground,
  '002-one-table-of-results': oneTableOfResults,
  '003-holdings': holdings,
  '005-outbox': outbox,
  '006-listeners': listeners,
  '007-ssh-keys': sshKeys,
  '007-groups': groups,
  '008-people': people,
  '009-search-of-executions': searchOfExecutions,
  '010-sessions': sessions,
  '011-package-lists': packageLists,
  '013-quick-looks': quickLooks,
  '014-awaited-files': awaitedFiles,
  '015-shared-packages': sharedPackages,
  '016-triggers': triggers,
  '017-upstreams': upstreams,
  '018-versions-by-their-beginning': versions,
  '019-line-of-executions': lineOfExecutions,
  '020-subjects-of-builds': subjectsOfBuilds,
  '021-accounts': accounts,
  '022-uploads': uploads,
}

export const isPostgresUrl = (url: string): boolean => /^postgres(ql)?:/.test(url)

/** What knex needs to know. `url`: postgres://… or the path of an SQLite file. */
export function databaseOptions(url: string): Knex.Config {
  const common = { migrations: { migrationSource }, useNullAsDefault: true }
  if (isPostgresUrl(url)) return { ...common, client: 'pg', connection: url, pool: { min: 0, max: 10 } }
  return {
    ...common,
    client: 'sqlite3',
    connection: { filename: url },
    pool: { min: 1, max: 1, afterCreate: prepareSqlite },
  }
}

/** Opens the database at `url` and migrates it. The caller destroys what it gets. */
export async function openDatabase(url: string): Promise<Knex> {
  if (!isPostgresUrl(url)) createPrivately(url)
  const db = knex(databaseOptions(url))
  try {
    await db.migrate.latest()
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** Only the owner may read what holds hashes of tokens; SQLite gives its other files the same permissions. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  closeSync(openSync(path, 'a', 0o600))
}

const migrationSource: Knex.MigrationSource<keyof typeof migrations> = {
  getMigrations: () => Promise.resolve(Object.keys(migrations) as (keyof typeof migrations)[]),
  getMigrationName: (name) => name,
  getMigration: (name) => Promise.resolve(migrations[name]),
}

interface SqliteConnection {
  exec: (sql: string, done: (error: Error | null) => void) => void
}

/** WAL lets pages read while an event is stored; FULL is not needed for a queue that can be rebuilt, NORMAL is safe in WAL. */
function prepareSqlite(
  connection: SqliteConnection,
  done: (error: Error | null, connection: SqliteConnection) => void,
): void {
  connection.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
    (error) => done(error, connection),
  )
}
