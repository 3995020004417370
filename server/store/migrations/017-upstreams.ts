/** Packages whose checks are kept in a repository elsewhere. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('upstreams', (table) => {
    table.integer('package_id').primary().references('packages.id').onDelete('cascade')
    table.string('url', 500).notNullable()
    table.string('forge', 16)
    // What its webhooks are signed with.
    table.string('secret', 64).notNullable()
    table.string('status_token', 500)
    // When it is looked at next.
    table.string('due_at', 32).notNullable().index()
    // Somebody said that there is something new.
    table.boolean('is_asked').notNullable()
    table.string('looked_at', 32)
    // Why the last look came to nothing.
    table.text('trouble')
    // The commits that were not taken, with their branches and why.
    table.text('refused').notNullable()
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('upstreams')
}
