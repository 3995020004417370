/** What pages of a large site ask for often: which executions repeat another, and packages by a part of their name. */
import type { Knex } from 'knex'
import { isPostgres } from '../dialect.ts'

export async function up(db: Knex): Promise<void> {
  // Few repeat another: an index that held them all would look to a planner like one that tells little apart.
  await db.raw('create index executions_rerun_of_index on executions (rerun_of) where rerun_of is not null')
  // namespace/name in small letters. SQLite adds only columns that it works out when they are read; its index keeps them.
  const kept = isPostgres(db) ? 'stored' : 'virtual'
  await db.raw(
    `alter table packages add column search_name varchar(200) generated always as (lower(namespace || '/' || name)) ${kept}`,
  )
  await db.schema.alterTable('packages', (table) => {
    table.index(['search_name'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('packages', (table) => {
    table.dropIndex(['search_name'])
    table.dropColumn('search_name')
  })
  await db.schema.alterTable('executions', (table) => {
    table.dropIndex(['rerun_of'])
  })
}
