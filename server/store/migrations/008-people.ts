/** People as readers: where they are reached, what they asked for, what checks said last, and news yet to be told. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('mail_addresses', (table) => {
    table.string('user', 128).primary()
    table.string('address', 254).notNullable()
  })
  await db.schema.createTable('subscriptions', (table) => {
    table.string('user', 128).notNullable()
    // namespace/name, or * for all that the user maintains.
    table.string('package', 200).notNullable().index()
    table.string('interest', 16).notNullable()
    table.primary(['user', 'package'])
    table.check("interest in ('changes', 'failures', 'none')")
  })
  await db.schema.createTable('watched_builds', (table) => {
    table.string('build_id', 36).primary().references('builds.id').onDelete('CASCADE')
    table.string('due_at', 30).notNullable().index()
  })
  await db.schema.createTable('words', (table) => {
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    table.string('release', 64).notNullable()
    table.string('repository', 200).notNullable()
    table.string('check', 64).notNullable()
    table.string('arch', 32).notNullable()
    table.string('says', 8).notNullable()
    table.string('build_id', 36).notNullable()
    table.string('version', 128).notNullable()
    table.string('since', 128).notNullable()
    table.primary(['package_id', 'release', 'repository', 'check', 'arch'])
    table.check(`says in ('holds', 'broken')`)
  })
  await db.schema.createTable('news', (table) => {
    table.increments('id')
    table.string('user', 128).notNullable().index()
    table.text('body').notNullable()
    table.string('created_at', 30).notNullable()
  })
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['news', 'words', 'watched_builds', 'subscriptions', 'mail_addresses'])
    await db.schema.dropTable(table)
}
