/** Public keys with which users push over ssh. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('ssh_keys', (table) => {
    table.increments('id')
    table.string('user', 128).notNullable().index()
    table.string('type', 64).notNullable()
    table.text('blob').notNullable()
    table.string('fingerprint', 64).notNullable().unique()
    table.string('label', 200).notNullable()
    table.string('created_at', 30).notNullable()
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('ssh_keys')
}
