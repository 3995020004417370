/** Messages to send, committed with what they tell about, and how far each publisher has come with them. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('outbox', (table) => {
    table.increments('id')
    table.string('message_id', 36).notNullable().unique()
    // Messages of one subject reach each publisher in order.
    table.string('subject', 200).notNullable()
    table.string('kind', 32).notNullable()
    table.text('body').notNullable()
    table.string('created_at', 30).notNullable().index()
  })
  await db.schema.createTable('deliveries', (table) => {
    table.increments('id')
    table.integer('outbox_id').notNullable().references('outbox.id').onDelete('CASCADE')
    table.string('publisher', 128).notNullable()
    table.string('subject', 200).notNullable()
    table.string('state', 16).notNullable().defaultTo('waiting')
    table.integer('refusals').notNullable().defaultTo(0)
    table.string('due_at', 30).notNullable()
    table.string('delivered_at', 30)
    table.text('problem')
    table.unique(['publisher', 'outbox_id'])
    table.index(['publisher', 'state', 'outbox_id'])
    table.index(['publisher', 'subject', 'state', 'outbox_id'])
    table.index(['outbox_id'])
    table.check("state in ('waiting', 'delivered', 'dead')")
    table.check(`(state = 'delivered') = (delivered_at is not null)`)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('deliveries')
  await db.schema.dropTable('outbox')
}
