import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { openDatabase } from '../../../server/store/database.ts'
import { openReading, withinLimits, type ReadingLimits } from '../../../server/store/reading-database.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

onEachDatabase('connections for what anybody asks', (open) => {
  let database: TestDatabase
  let db: Knex

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  async function withReading(
    limits: Partial<ReadingLimits>,
    work: (reading: Knex) => Promise<void>,
  ): Promise<void> {
    const reading = openReading(database.url, {
      ...{ milliseconds: 60_000, waitMilliseconds: 60_000, connections: { sqlite: 2, postgres: 2 } },
      ...limits,
    })
    try {
      await work(reading)
    } finally {
      await reading.destroy()
    }
  }
  const asking = (reading: Knex) =>
    withinLimits({
      endless: async () => {
        await reading.raw(
          'with recursive number(n) as (select 1 union all select 1 from number) select count(*) from number',
        )
      },
      names: () => reading('testcases').orderBy('name').pluck<string[]>('name'),
    })

  it('end what would never end, and answer what is asked next', () =>
    withReading({ milliseconds: 100 }, async (reading) => {
      const { endless, names } = asking(reading)
      for (let turn = 0; turn < 6; turn++)
        await assert.rejects(endless(), { code: 'QUERY_TOO_SLOW', status: 503 })
      assert.deepEqual(await names(), [])
    }))

  it('keep nobody else waiting when all are taken, and refuse what waits too long', () =>
    withReading({}, async (reading) => {
      const { names } = asking(reading)
      const taken = [await reading.transaction(), await reading.transaction()]
      // Not before: to connect takes a while as well.
      ;(reading.client as { pool: { acquireTimeoutMillis: number } }).pool.acquireTimeoutMillis = 20
      await assert.rejects(names(), { code: 'QUERIES_BUSY', status: 503 })
      await db('testcases').insert({ name: 'new' })
      for (const transaction of taken) await transaction.rollback()
      assert.deepEqual(await names(), ['new'])
    }))

  it('cannot change anything', () =>
    withReading({}, async (reading) => {
      await assert.rejects(reading('testcases').insert({ name: 'other' }), /read.?only/i)
      await assert.rejects(reading('testcases').del(), /read.?only/i)
    }))
})
