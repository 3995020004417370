/**
 * One table of results for both APIs, those that others post among them, with what ResultsDB knows beside it: testcases,
 * groups and data pairs. Distinct pairs are kept once, so that patterns look at few of them and the rows that say which
 * result has which pair are three numbers, ordered as pages ask for them: by pair and time.
 */
import type { Knex } from 'knex'
import { isPostgres } from '../dialect.ts'
import { carryOver, type FormerResult } from './002-carry-over.ts'

const outcomes = ['passed', 'failed', 'info', 'needs_inspection', 'skipped', 'errored', 'cancelled']

export async function up(db: Knex): Promise<void> {
  const former = await db('results')
    .join('executions', 'executions.id', 'results.execution_id')
    .join('builds', 'builds.id', 'executions.build_id')
    .join('packages', 'packages.id', 'executions.package_id')
    .orderBy('results.id')
    .select<FormerResult[]>('results.*', 'arch', 'release', 'version', 'namespace', 'name')
  await db.schema.dropTable('results')
  await createNames(db)
  await createResults(db)
  await createPairs(db)
  await carryOver(db, former)
}

/** Results of executions stay; what others posted has no place in the former table. */
export async function down(db: Knex): Promise<void> {
  const kept = await db('results')
    .join('testcases', 'testcases.id', 'results.testcase_id')
    .whereNotNull('execution_id')
    .orderBy('results.id')
    .select<{ execution_id: string; testcase: string; outcome: string; submit_time: number | string }[]>(
      ...[
        'execution_id',
        'verdict as outcome',
        'note',
        'artifact',
        'submit_time',
        'testcases.name as testcase',
      ],
    )
  for (const table of ['result_data', 'result_group_members', 'results', 'variant_traits', 'variants'])
    await db.schema.dropTable(table)
  for (const table of ['data_values', 'result_groups', 'testcases']) await db.schema.dropTable(table)
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
  const rows = kept.map(({ submit_time, ...row }) => ({
    ...row,
    created_at: new Date(Number(submit_time) / 1000).toISOString(),
  }))
  await db.batchInsert('results', rows, 100)
}

/** Text that compares byte by byte, whatever the database's language: what patterns with a beginning need. */
const exact = (db: Knex, length: number): string =>
  `varchar(${length})${isPostgres(db) ? ' collate "C"' : ''}`

async function createNames(db: Knex): Promise<void> {
  await db.schema.createTable('testcases', (table) => {
    table.increments('id')
    table.specificType('name', exact(db, 512)).notNullable().unique()
    table.text('ref_url')
    table.check(`name <> ''`)
  })
  await db.schema.createTable('result_groups', (table) => {
    table.increments('id')
    table.specificType('uuid', exact(db, 36)).notNullable().unique()
    // The beginning of the description: what an index can hold of it.
    table.specificType('label', exact(db, 200)).index()
    table.text('description')
    table.text('ref_url')
    table.boolean('is_execution').notNullable().defaultTo(false)
    table.check(`uuid <> ''`)
    table.check('(label is null) = (description is null)')
  })
  await db.schema.createTable('data_values', (table) => {
    table.increments('id')
    table.specificType('key', exact(db, 256)).notNullable()
    table.specificType('value', exact(db, 400)).notNullable()
    table.unique(['key', 'value'])
  })
}

async function createResults(db: Knex): Promise<void> {
  // Results of one testcase that agree in what tells its runs apart: architecture, scenario, ...
  await db.schema.createTable('variants', (table) => {
    table.increments('id')
    table.integer('testcase_id').notNullable().references('testcases.id')
    table.string('traits', 64).notNullable()
    table.unique(['testcase_id', 'traits'])
  })
  await db.schema.createTable('variant_traits', (table) => {
    table.integer('variant_id').notNullable().references('variants.id').onDelete('CASCADE')
    table.specificType('key', exact(db, 256)).notNullable()
    table.integer('value_id').notNullable().references('data_values.id')
    table.primary(['variant_id', 'key', 'value_id'])
  })
  await db.schema.createTable('results', (table) => {
    table.increments('id')
    // Null, as its verdict is, for what others posted.
    table.string('execution_id', 36).references('executions.id').onDelete('CASCADE')
    table.integer('testcase_id').notNullable().references('testcases.id')
    table.integer('variant_id').notNullable().references('variants.id')
    table.bigInteger('submit_time').notNullable()
    table.specificType('outcome', exact(db, 32)).notNullable()
    table.string('verdict', 32)
    table.text('note')
    table.text('ref_url')
    table.text('artifact')
    table.text('data').notNullable()
    table.text('groups').notNullable()
    table.string('posted_by', 128)
    table.index(['execution_id'])
    table.index(['testcase_id', 'id'])
    table.index(['testcase_id', 'submit_time', 'id'])
    table.index(['variant_id', 'submit_time', 'id'])
    table.index(['outcome', 'submit_time', 'id'])
    table.index(['submit_time', 'id'])
    table.check(`outcome <> '' and outcome = upper(outcome)`)
    table.check('(execution_id is null) = (verdict is null)')
    table.check(`verdict is null or verdict in (${outcomes.map((outcome) => `'${outcome}'`).join(', ')})`)
    table.check('artifact is null or execution_id is not null')
  })
}

async function createPairs(db: Knex): Promise<void> {
  await db.schema.createTable('result_data', (table) => {
    table.integer('value_id').notNullable().references('data_values.id')
    table.bigInteger('submit_time').notNullable()
    table.integer('result_id').notNullable().references('results.id').onDelete('CASCADE')
    table.primary(['value_id', 'submit_time', 'result_id'])
    table.index(['result_id', 'value_id'])
  })
  await db.schema.createTable('result_group_members', (table) => {
    table.integer('group_id').notNullable().references('result_groups.id')
    table.bigInteger('submit_time').notNullable()
    table.integer('result_id').notNullable().references('results.id').onDelete('CASCADE')
    table.primary(['group_id', 'submit_time', 'result_id'])
    table.index(['result_id'])
  })
}
