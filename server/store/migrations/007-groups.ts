/** Groups of users, and what a package allows pushers to do with its branches. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('group_members', (table) => {
    table.string('group_name', 64).notNullable()
    table.string('user', 128).notNullable().index()
    table.primary(['group_name', 'user'])
  })
  await db.schema.alterTable('packages', (table) => {
    table.boolean('allows_force').notNullable().defaultTo(false)
    table.boolean('allows_deletion').notNullable().defaultTo(false)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('packages', (table) => {
    table.dropColumns('allows_force', 'allows_deletion')
  })
  await db.schema.dropTable('group_members')
}
