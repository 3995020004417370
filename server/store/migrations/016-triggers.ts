/** Checks that wait for events other than builds, and which event each of their executions is for. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('registrations', (table) => {
    // Whether one of its checks waits for such an event.
    table.boolean('listens').notNullable().defaultTo(false)
  })
  // Few do: whatever is heard is compared with these.
  await db.raw('create index registrations_listening_index on registrations (id) where listens')
  await db.schema.alterTable('executions', (table) => {
    // No foreign key: to add one to SQLite the table would be made anew, and what hangs on its rows would go with them.
    table.integer('event_id')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('executions', (table) => {
    table.dropColumn('event_id')
  })
  await db.raw('drop index registrations_listening_index')
  await db.schema.alterTable('registrations', (table) => {
    table.dropColumn('listens')
  })
}
