/** What listeners remember: where each stopped, what it heard and ignored, what was set aside; and what gives way. */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await createListeners(db)
  await createArchiveVersions(db)
  await db.schema.alterTable('executions', (table) => {
    table.integer('priority').notNullable().defaultTo(0)
    table.index(['state', 'priority', 'id'])
  })
  await db.schema.alterTable('builds', (table) => {
    table.index(['created_at'])
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('builds', (table) => {
    table.dropIndex(['created_at'])
  })
  await db.schema.alterTable('executions', (table) => {
    table.dropIndex(['state', 'priority', 'id'])
    table.dropColumn('priority')
  })
  for (const name of [
    'archive_versions',
    'set_aside_messages',
    'ignored_counts',
    'listener_positions',
    'listeners',
  ])
    await db.schema.dropTable(name)
}

async function createListeners(db: Knex): Promise<void> {
  await db.schema.createTable('listeners', (table) => {
    table.string('name', 64).primary()
    table.string('kind', 32).notNullable()
    table.string('heard_at', 30)
    table.string('heard', 512)
    // When what was heard last had been sent: how far behind it is.
    table.string('sent_at', 30)
    table.integer('stored').notNullable().defaultTo(0)
    table.integer('repeated').notNullable().defaultTo(0)
    table.text('trouble')
    table.string('trouble_since', 30)
  })
  await db.schema.createTable('listener_positions', (table) => {
    table.string('listener', 64).notNullable()
    table.string('scope', 255).notNullable()
    table.text('position').notNullable()
    table.primary(['listener', 'scope'])
  })
  await db.schema.createTable('ignored_counts', (table) => {
    table.string('listener', 64).notNullable()
    table.string('rule', 64).notNullable()
    table.integer('count').notNullable()
    table.string('last', 512).notNullable()
    table.string('last_at', 30).notNullable()
    table.primary(['listener', 'rule'])
  })
  await db.schema.createTable('set_aside_messages', (table) => {
    table.increments('id')
    table.string('listener', 64).notNullable()
    table.string('topic', 255).notNullable()
    table.string('message_id', 256)
    table.text('why').notNullable()
    // Null where it was too large to keep.
    table.text('body')
    table.integer('size').notNullable()
    table.string('set_aside_at', 30).notNullable()
    table.index(['listener', 'id'])
  })
}

/** The newest version of each source package that was seen and dealt with, per suite and architecture. */
async function createArchiveVersions(db: Knex): Promise<void> {
  await db.schema.createTable('archive_versions', (table) => {
    table.string('listener', 64).notNullable()
    table.string('suite', 128).notNullable()
    table.string('arch', 32).notNullable()
    table.string('source', 128).notNullable()
    table.string('version', 128).notNullable()
    table.primary(['listener', 'suite', 'arch', 'source'])
  })
}
