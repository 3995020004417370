/** Builds by the beginning of their version, newest first: what people type into the search. */
import type { Knex } from 'knex'
import { isPostgres } from '../dialect.ts'

export async function up(db: Knex): Promise<void> {
  // Byte by byte, as SQLite compares, so that all versions with one beginning stand together.
  const version = isPostgres(db) ? 'version collate "C"' : 'version'
  await db.raw(`create index builds_version_id_index on builds (${version}, id)`)
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('builds', (table) => {
    table.dropIndex(['version', 'id'])
  })
}
