/** Which account of a provider of OpenID Connect a user signs in with: names change hands there, accounts do not. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('accounts', (table) => {
    table.string('issuer', 512).notNullable()
    table.string('subject', 255).notNullable()
    table.string('user', 128).notNullable()
    table.string('bound_at', 30).notNullable()
    table.primary(['issuer', 'subject'])
    table.unique(['issuer', 'user'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('accounts')
}
