/** Who handed over which file, so that it goes some day and nobody fills the disk. Files of before have no row, and stay. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('uploads', (table) => {
    table.string('sha256', 64).notNullable()
    table.string('user', 128).notNullable()
    table.bigInteger('bytes').notNullable()
    table.string('uploaded_at', 30).notNullable().index()
    table.primary(['user', 'sha256'])
    table.index('sha256')
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('uploads')
}
