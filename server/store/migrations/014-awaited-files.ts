/** Builds whose files must be asked for before their checks may run. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('builds', (table) => {
    // Which listener asks for them, and by which number of its build system. Null: they came with the build.
    table.string('files_listener', 64)
    table.bigInteger('files_number')
    // awaited, found or missing; null: they came with the build.
    table.string('files_state', 8)
    // Why they are missing.
    table.text('files_note')
  })
  // Few are awaited at a time.
  await db.raw(`create index builds_awaited_index on builds (files_listener) where files_state = 'awaited'`)
}

export async function down(db: Knex): Promise<void> {
  await db.raw('drop index builds_awaited_index')
  await db.schema.alterTable('builds', (table) => {
    table.dropColumns('files_listener', 'files_number', 'files_state', 'files_note')
  })
}
