/** What people search executions by, newest first: each question finds its answers in an index, in their order. */
import type { Knex } from 'knex'

const searched = [
  ['package_id', 'check', 'id'],
  ['outcome', 'id'],
  ['reason', 'id'],
]

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('executions', (table) => {
    for (const columns of searched) table.index(columns)
  })
  await db.schema.alterTable('attempts', (table) => {
    table.index(['runner', 'execution_id'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('attempts', (table) => {
    table.dropIndex(['runner', 'execution_id'])
  })
  await db.schema.alterTable('executions', (table) => {
    for (const columns of searched) table.dropIndex(columns)
  })
}
