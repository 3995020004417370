/** What waits for a runner, package by package and the oldest first: the queue is filled in turns. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.raw(
    `create index executions_line_index on executions (priority, package_id, id) where state = 'scheduled'`,
  )
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index executions_line_index')
}
