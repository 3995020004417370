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
    table.integer('event_id').references('events.id')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('executions', (table) => {
    table.dropForeign('event_id')
    table.dropColumn('event_id')
  })
  await db.raw('drop index registrations_listening_index')
  await db.schema.alterTable('registrations', (table) => {
    table.dropColumn('listens')
  })
}
