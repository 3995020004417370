import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { openDatabase } from '../../../server/store/database.ts'
import { accounts, type Accounts } from '../../../server/store/accounts.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

const now = '2026-01-01T00:00:00.000Z'
const issuer = 'https://id.example.org'

onEachDatabase('accounts of a provider', (open) => {
  let database: TestDatabase
  let db: Knex
  let all: Accounts

  before(async () => {
    database = await open()
    db = await openDatabase(database.url)
    all = accounts(db)
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  it('are bound to the name of the first sign-in, whatever they are called later', async () => {
    const bind = (subject: string, user: string, of = issuer) => all.bind({ issuer: of, subject }, user, now)
    assert.equal(await bind('1', 'ann'), 'ann')
    assert.equal(await bind('1', 'ann'), 'ann')
    assert.equal(await bind('1', 'root'), 'ann', 'renamed there')
    assert.equal(await bind('2', 'ann'), null, 'a name that another account has')
    assert.equal(await bind('2', 'bob'), 'bob')
    assert.equal(await bind('1', 'ann', 'https://other.example.org'), 'ann', 'the site’s next provider')
    assert.equal(await all.free('ann'), true)
    assert.equal(await all.free('ann'), false)
    assert.equal(await bind('3', 'ann'), 'ann')
  })
})
