/** The first tables: packages and their repositories, tokens, registrations, events, builds, executions and what they leave. */
import type { Knex } from 'knex'

const outcomes = ['passed', 'failed', 'info', 'needs_inspection', 'skipped', 'errored', 'cancelled']

const oneOf = (column: string, values: readonly string[]): string =>
  `${column} in (${values.map((value) => `'${value}'`).join(', ')})`

export async function up(db: Knex): Promise<void> {
  await createOwnership(db)
  await createRegistrations(db)
  await createBuilds(db)
  await createExecutions(db)
  await createTraces(db)
}

export async function down(db: Knex): Promise<void> {
  const tables = [
    'artifacts',
    'results',
    'steps',
    'attempts',
    'executions',
    'events',
    'builds',
    'branches',
    'registrations',
  ]
  for (const table of [...tables, 'runners', 'tokens', 'maintainers', 'packages'])
    await db.schema.dropTable(table)
}

async function createOwnership(db: Knex): Promise<void> {
  await db.schema.createTable('packages', (table) => {
    table.increments('id')
    table.string('namespace', 64).notNullable()
    table.string('name', 128).notNullable()
    table.string('created_at', 30).notNullable()
    table.unique(['namespace', 'name'])
  })
  await db.schema.createTable('maintainers', (table) => {
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    table.string('user', 128).notNullable()
    table.primary(['package_id', 'user'])
  })
  await db.schema.createTable('tokens', (table) => {
    table.increments('id')
    table.string('user', 128).notNullable()
    table.string('hash', 64).notNullable().unique()
    table.text('scopes').notNullable()
    table.string('created_at', 30).notNullable()
    table.string('expires_at', 30)
  })
  await db.schema.createTable('runners', (table) => {
    table.string('id', 128).primary()
    table.string('instance', 36).notNullable()
    table.text('facts').notNullable()
    table.string('seen_at', 30).notNullable()
  })
}

async function createRegistrations(db: Knex): Promise<void> {
  await db.schema.createTable('registrations', (table) => {
    table.increments('id')
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    table.string('branch', 255).notNullable()
    table.string('commit', 40).notNullable()
    table.string('pushed_by', 128)
    table.text('checks').notNullable()
    table.string('created_at', 30).notNullable()
    table.index(['package_id', 'created_at'])
  })
  // Which registration is current. A deleted branch loses its row here; its registrations stay.
  await db.schema.createTable('branches', (table) => {
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    table.string('branch', 255).notNullable()
    table.integer('registration_id').notNullable().references('registrations.id')
    table.boolean('is_default').notNullable()
    table.primary(['package_id', 'branch'])
  })
}

async function createBuilds(db: Knex): Promise<void> {
  await db.schema.createTable('builds', (table) => {
    table.string('id', 36).primary()
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    table.string('release', 64).notNullable()
    table.string('version', 128).notNullable()
    table.text('architectures').notNullable()
    table.text('artifacts').notNullable()
    table.string('origin', 2048)
    table.string('created_at', 30).notNullable()
    table.index(['package_id', 'created_at'])
  })
  await db.schema.createTable('events', (table) => {
    table.increments('id')
    table.string('source', 1024).notNullable()
    table.string('event_id', 256).notNullable()
    table.string('type', 256).notNullable()
    table.text('body').notNullable()
    table.string('received_at', 30).notNullable()
    table.string('build_id', 36).references('builds.id')
    // Null until its executions exist: what the sweep looks for after a crash in between.
    table.string('scheduled_at', 30).index()
    table.unique(['source', 'event_id'])
  })
}

async function createExecutions(db: Knex): Promise<void> {
  await db.schema.createTable('executions', (table) => {
    table.string('id', 36).primary()
    table.string('key', 512).notNullable().unique()
    table.integer('package_id').notNullable().references('packages.id').onDelete('CASCADE')
    table.string('build_id', 36).notNullable().references('builds.id')
    table.integer('registration_id').notNullable().references('registrations.id')
    table.string('repository', 200).notNullable()
    table.string('commit', 40).notNullable()
    table.string('check', 64).notNullable()
    table.text('definition').notNullable()
    table.string('arch', 32).notNullable()
    table.string('state', 16).notNullable().defaultTo('scheduled')
    table.string('outcome', 32)
    table.string('reason', 64)
    table.string('concerns', 16)
    table.text('note')
    table.integer('attempt').notNullable().defaultTo(0)
    table.integer('failures').notNullable().defaultTo(0)
    table.string('rerun_of', 36).references('executions.id')
    table.string('requested_by', 128)
    table.string('created_at', 30).notNullable()
    table.string('started_at', 30)
    table.string('finished_at', 30)
    table.index(['package_id', 'id'])
    table.index(['build_id'])
    table.index(['state', 'id'])
    table.check(oneOf('state', ['scheduled', 'running', 'finished']))
    table.check(`outcome is null or ${oneOf('outcome', outcomes)}`)
    table.check(`concerns is null or ${oneOf('concerns', ['package', 'check', 'service'])}`)
    table.check(`(state = 'finished') = (outcome is not null)`)
    table.check(`(state = 'finished') = (finished_at is not null)`)
  })
}

async function createTraces(db: Knex): Promise<void> {
  await db.schema.createTable('attempts', (table) => {
    table.string('execution_id', 36).notNullable().references('executions.id').onDelete('CASCADE')
    table.integer('number').notNullable()
    table.string('runner', 128).notNullable()
    table.string('instance', 36).notNullable()
    table.string('fence', 64).notNullable()
    table.string('started_at', 30).notNullable()
    table.string('seen_at', 30).notNullable()
    table.string('ended_at', 30)
    table.string('outcome', 32)
    table.string('reason', 64)
    table.text('note')
    table.text('report')
    table.text('machine')
    table.primary(['execution_id', 'number'])
    table.index(['ended_at', 'seen_at'])
  })
  await db.schema.createTable('steps', (table) => {
    table.increments('id')
    table.string('execution_id', 36).notNullable().references('executions.id').onDelete('CASCADE')
    table.integer('attempt').notNullable()
    table.string('step', 32).notNullable()
    table.string('started_at', 30).notNullable()
    table.string('ended_at', 30)
    table.index(['execution_id', 'attempt'])
  })
  await db.schema.createTable('results', (table) => {
    table.increments('id')
    table.string('execution_id', 36).notNullable().references('executions.id').onDelete('CASCADE')
    table.string('testcase', 512).notNullable()
    table.string('outcome', 32).notNullable()
    table.text('note')
    table.text('artifact')
    table.text('data')
    table.string('created_at', 30).notNullable()
    table.index(['execution_id'])
    table.index(['testcase', 'id'])
  })
  await db.schema.createTable('artifacts', (table) => {
    table.string('execution_id', 36).notNullable().references('executions.id').onDelete('CASCADE')
    table.integer('attempt').notNullable()
    table.string('path', 1024).notNullable()
    table.bigInteger('size').notNullable()
    table.string('sha256', 64).notNullable()
    table.primary(['execution_id', 'attempt', 'path'])
  })
}
