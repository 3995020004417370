import assert from 'node:assert/strict'
import { openDatabase } from '../../../server/store/database.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { hashOf } from '../../../server/store/tokens.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

onEachDatabase('what a session may do', (open) => {
  const now = '2026-11-27T12:00:00.000Z'
  const expiresAt = '2026-12-01T00:00:00.000Z'
  let database: TestDatabase
  let db: Awaited<ReturnType<typeof openDatabase>>
  let store: Stores

  beforeEach(async () => {
    database = await open()
    db = await openDatabase(database.url)
    store = stores(db)
  })
  afterEach(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  const begin = (hash: string, user: string, tokenHash: string | null = null): Promise<void> =>
    store.sessions.begin({ hash, user, tokenHash, createdAt: now, expiresAt })
  const powersOf = async (hash: string, at = now): Promise<readonly string[] | null> =>
    (await store.sessions.identify(hash, at))?.powers ?? null

  it('is what the groups of who signed in with the provider allow at that moment', async () => {
    await begin('s', 'ann')
    assert.deepEqual(await powersOf('s'), ['push', 'account'])
    await store.groups.add('admins', 'ann')
    assert.deepEqual(await powersOf('s'), ['push', 'account', 'admin'])
    await store.groups.remove('admins', 'ann')
    assert.deepEqual(await powersOf('s'), ['push', 'account'])
    assert.equal(await powersOf('s', expiresAt), null)
  })

  it('is what its token allows, whatever the groups, until that ends or is taken away', async () => {
    const expires = '2026-11-28T00:00:00.000Z'
    const token = await store.tokens.create('ann', ['push'], { now, expires })
    await begin('s', 'ann', hashOf(token))
    await store.groups.add('admins', 'ann')
    assert.deepEqual(await powersOf('s'), ['push'])
    assert.equal(await powersOf('s', expires), null)
    await store.tokens.revokeAll('ann')
    assert.equal(await powersOf('s'), null)
  })
})
