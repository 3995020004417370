import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { openDatabase } from '../../../server/store/database.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

const now = '2026-01-01T00:00:00.000Z'

onEachDatabase('groups and maintainers', (open) => {
  let database: TestDatabase
  let db: Knex
  let all: Stores
  let id: number

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
    all = stores(db)
    id = (await all.packages.ensure({ namespace: 'deb', name: 'libmoo-perl' }, now)).id
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  it('make who is in a group a maintainer of what the group maintains, and nobody else', async () => {
    await all.groups.add('perl', 'ann')
    await all.groups.add('perl', 'ann')
    await all.groups.add('python', 'bob')
    await all.packages.addMaintainer(id, '@perl')
    await all.packages.addMaintainer(id, 'carl')
    const may = async (user: string) => all.packages.isMaintainer(id, user)
    assert.deepEqual(await Promise.all(['ann', 'bob', 'carl', 'perl'].map(may)), [true, false, true, false])
    assert.deepEqual(await all.groups.list({ limit: 10, after: '' }), [
      { group: 'perl', users: ['ann'] },
      { group: 'python', users: ['bob'] },
    ])
    await all.groups.remove('perl', 'ann')
    await all.packages.removeMaintainer(id, 'carl')
    assert.deepEqual(await Promise.all(['ann', 'carl'].map(may)), [false, false])
    assert.deepEqual(await all.groups.members('perl'), [])
  })

  it('remember what a package allows', async () => {
    const allows = async () => (await all.packages.byId(id)).allows
    assert.deepEqual(await allows(), { force: false, deletion: false })
    await all.packages.allow(id, { force: true, deletion: false })
    assert.deepEqual(await allows(), { force: true, deletion: false })
  })
})
