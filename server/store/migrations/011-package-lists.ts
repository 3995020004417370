/** The packages that checks found in their machines, each list once; and a way from users to what they maintain. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('package_lists', (table) => {
    table.string('digest', 64).primary()
    // `name version`, a line each.
    table.text('packages').notNullable()
  })
  await db.schema.alterTable('attempts', (table) => {
    table.string('package_list', 64).references('package_lists.digest')
  })
  await db.schema.alterTable('maintainers', (table) => {
    table.index(['user'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('maintainers', (table) => {
    table.dropIndex(['user'])
  })
  await db.schema.alterTable('attempts', (table) => {
    table.dropForeign('package_list')
    table.dropColumn('package_list')
  })
  await db.schema.dropTable('package_lists')
}
