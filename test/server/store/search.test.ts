/** What the search finds, and in which order, in either database. */
import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { v7 as uuid } from 'uuid'
import { openDatabase } from '../../../server/store/database.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

const now = '2026-01-01T00:00:00.000Z'

onEachDatabase('the search', (open) => {
  let database: TestDatabase
  let db: Knex
  let all: Stores

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
    all = stores(db)
    for (const name of ['zlib', 'libmoo-perl', 'perl', 'Perl_x'])
      await all.packages.ensure({ namespace: 'deb', name }, now)
    const { id: packageId } = await all.packages.get({ namespace: 'deb', name: 'perl' })
    const facts = {
      packageId,
      release: 'sid',
      architectures: [],
      artifacts: [],
      origin: null,
      createdAt: now,
    }
    const versions = ['1.2-1', '1.20-1', '11.2-1', '1.1~rc', '1%2', '1.2-2', 'ä1']
    await all.builds.insert(
      versions.map((version, at) => ({ ...facts, id: uuid({ msecs: 1000 + at }), version })),
    )
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  const versions = async (text: string, limit = 9): Promise<string[]> =>
    (await all.search.builds(text, limit)).map(({ version }) => version)
  const packages = async (text: string, limit = 9): Promise<string[]> =>
    (await all.packages.search(text, limit)).map(({ name }) => name)

  it('finds builds by the beginning of their version, newest first', async () => {
    assert.deepEqual(await versions('1.2'), ['1.2-2', '1.20-1', '1.2-1'])
    assert.deepEqual(await versions('1.2', 2), ['1.2-2', '1.20-1'])
    assert.deepEqual(await versions('1.1~'), ['1.1~rc'])
    assert.deepEqual(await versions('ä'), ['ä1'])
    assert.deepEqual(await versions('2'), [])
  })

  it('takes what stands for anything elsewhere as it is', async () => {
    assert.deepEqual(await versions('1%'), ['1%2'])
    assert.deepEqual(await versions('1_2'), [])
    assert.deepEqual(await packages('l_x'), ['Perl_x'])
    assert.deepEqual(await packages('%'), [])
  })

  it('finds a build by its id alone', async () => {
    const [build] = await all.search.builds('11', 1)
    assert.deepEqual(await all.search.build(build?.id ?? ''), [build])
    assert.deepEqual(await all.search.build(uuid()), [])
  })

  it('finds packages by any part of their name, however it is written, in their order', async () => {
    assert.deepEqual(await packages('PERL'), ['libmoo-perl', 'perl', 'Perl_x'])
    assert.deepEqual(await packages('perl', 2), ['libmoo-perl', 'perl'])
    assert.deepEqual(await packages('deb/z'), ['zlib'])
  })
})
