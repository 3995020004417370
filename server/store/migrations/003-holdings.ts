/** What is still held of the files that executions left: how much, who wants it kept, and when it went and why. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('holdings', (table) => {
    table.string('execution_id', 36).primary().references('executions.id').onDelete('CASCADE')
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    // Null, as the time is, until the execution has finished: what it leaves may still grow.
    table.bigInteger('bytes')
    table.string('finished_at', 30)
    table.string('kept_at', 30)
    table.string('kept_by', 128)
    table.string('expired_at', 30)
    table.string('expired_why', 16)
    table.string('cleared_at', 30)
    table.index(['expired_at', 'finished_at'])
    table.index(['package_id', 'expired_at', 'finished_at'])
    table.index(['cleared_at', 'expired_at'])
    table.check('(bytes is null) = (finished_at is null)')
    table.check('(kept_at is null) = (kept_by is null)')
    table.check('(expired_at is null) = (expired_why is null)')
    table.check(`expired_why is null or expired_why in ('age', 'size')`)
    table.check('expired_at is null or kept_at is null')
    table.check('cleared_at is null or expired_at is not null')
  })
  await db(db.raw('holdings (execution_id, package_id)')).insert(
    db('executions').where('attempt', '>', 0).select('id', 'package_id'),
  )
}

export const down = (db: Knex): Promise<void> => db.schema.dropTable('holdings')
