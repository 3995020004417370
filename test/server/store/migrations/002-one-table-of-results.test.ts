import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import knex, { type Knex } from 'knex'
import { databaseOptions, openDatabase } from '../../../../server/store/database.ts'
import { stores } from '../../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../../support/databases.ts'
import { sampleCheck } from '../../../support/checks.ts'
import { commit } from '../../../support/site.ts'

const now = '2026-01-01T00:00:00.123Z'

onEachDatabase('one table of results', (open) => {
  let database: TestDatabase
  let db: Knex
  const execution = randomUUID()

  before(async () => {
    database = await open('nothing')
    db = knex(databaseOptions(database.url))
    await db.migrate.up({ name: '001-ground' })
    await executionBefore(db, execution)
    await db('results').insert([
      row({ testcase: 'deb.hello.smoke', outcome: 'skipped', note: 'why' }),
      row({
        testcase: 'deb.hello.smoke.sub',
        outcome: 'failed',
        data: JSON.stringify({ item: 'x', odd: 'y' }),
      }),
    ])
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })
  const row = (changes: object) => ({ execution_id: execution, created_at: now, ...changes })

  it('takes over the results that were there, so that both APIs find them, and goes on behind them', async () => {
    await db.destroy()
    db = await openDatabase(database.url)
    const { results, resultsdbResults } = stores(db)
    assert.deepEqual(
      (await results.of(execution)).map(({ id, testcase, outcome, note, data, createdAt }) => [
        ...[id, testcase, outcome, note, data, createdAt],
      ]),
      [
        [1, 'deb.hello.smoke', 'skipped', 'why', {}, now],
        [2, 'deb.hello.smoke.sub', 'failed', null, { odd: 'y' }, now],
      ],
    )
    const filter = {
      outcomes: [],
      groups: [],
      testcases: [],
      testcasesLike: [],
      since: { start: null, end: null },
    }
    const found = await resultsdbResults.page({
      ...{ ...filter, page: 0, limit: 20, order: 'desc', distinctOn: [] },
      data: [
        { key: 'item', values: ['hello-2.10'], like: false },
        { key: 'odd', values: ['y'], like: false },
      ],
    })
    assert.deepEqual(
      found.map(({ id, outcome, groups }) => [id, outcome, groups]),
      [[2, 'FAILED', [execution]]],
    )
    await results.insert(execution, [{ testcase: 'deb.hello.smoke', outcome: 'passed' }], now)
    assert.deepEqual(
      (await results.of(execution)).map(({ id }) => id),
      [1, 2, 3],
    )
    const latest = await resultsdbResults.latest({
      ...filter,
      page: 0,
      limit: 20,
      order: 'desc',
      distinctOn: ['arch'],
      data: [{ key: 'type', values: ['deb_build'], like: false }],
    })
    assert.deepEqual(
      latest.map(({ id }) => id),
      [3, 2],
    )
  })

  it('refuses what no code should write, whoever writes it', async () => {
    const result = db('results').where({ id: 1 })
    for (const changes of [
      { verdict: null },
      { execution_id: null },
      { verdict: 'great' },
      { outcome: 'passed' },
      { outcome: '' },
      { testcase_id: 999 },
    ])
      await assert.rejects(result.clone().update(changes), /constraint/i, JSON.stringify(changes))
  })

  it('loses what an execution left with the execution', async () => {
    await db('executions').where({ id: execution }).delete()
    for (const table of ['results', 'result_data', 'result_group_members'])
      assert.deepEqual(await db(table).select('*'), [], table)
  })

  it('can be undone', async () => {
    await db.migrate.down({ name: '002-one-table-of-results' })
    assert.ok(await db.schema.hasColumn('results', 'created_at'))
    await db.migrate.latest()
    assert.ok(await db.schema.hasColumn('results', 'submit_time'))
  })
})

/** An execution of deb/hello, in the tables as they were before this migration. */
async function executionBefore(db: Knex, id: string): Promise<void> {
  const build_id = randomUUID()
  const one = { id: 1, created_at: now }
  const about = { package_id: 1, created_at: now }
  await db('packages').insert({ ...one, namespace: 'deb', name: 'hello' })
  await db('registrations').insert({ ...one, package_id: 1, branch: 'main', commit, checks: '[]' })
  const build = { release: 'bookworm', version: '2.10', architectures: '[]', artifacts: '[]' }
  await db('builds').insert({ ...about, ...build, id: build_id })
  const what = { repository: 'deb/hello', commit, check: 'smoke', definition: JSON.stringify(sampleCheck()) }
  await db('executions').insert({
    ...about,
    ...what,
    id,
    build_id,
    registration_id: 1,
    key: id,
    arch: 'x86_64',
  })
}
