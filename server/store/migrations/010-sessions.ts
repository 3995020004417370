/** Sessions of people who signed in with a browser. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('sessions', (table) => {
    table.string('hash', 64).primary()
    table.string('user', 128).notNullable().index()
    table.string('token_hash', 64).references('tokens.hash').onDelete('CASCADE')
    table.string('created_at', 30).notNullable()
    table.string('expires_at', 30).notNullable().index()
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('sessions')
}
