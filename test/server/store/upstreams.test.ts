import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { parsePackage } from '../../../core/names.ts'
import { openDatabase } from '../../../server/store/database.ts'
import type { Package } from '../../../server/store/packages.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`
const upstream = { url: 'https://forge.example/team/hello.git', forge: null, secret: 'x', statusToken: null }

onEachDatabase('where packages have their checks', (open) => {
  let database: TestDatabase
  let db: Knex
  let all: Stores
  let hello: Package

  beforeEach(async () => {
    database = await open()
    db = await openDatabase(database.url)
    all = stores(db)
    hello = await all.packages.ensure(parsePackage('deb/hello'), at(0))
    await all.upstreams.set(hello.id, upstream, at(0))
  })
  afterEach(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  const due = async (minute: number): Promise<boolean[]> =>
    (await all.upstreams.due(at(minute), 10)).map(({ isAsked }) => isAsked)
  const look = { at: at(2), dueAt: at(30), trouble: null, refused: [] }

  it('is looked at as soon as it is set, and then when it is due', async () => {
    assert.deepEqual(await due(0), [true])
    await all.upstreams.begin(hello.id, at(10))
    assert.deepEqual([await due(9), await due(10)], [[], [false]])
    await all.upstreams.looked(hello.id, look)
    assert.deepEqual([await due(29), await due(30)], [[], [false]])
  })

  it('is looked at once more where somebody asks while a look is under way', async () => {
    await all.upstreams.begin(hello.id, at(10))
    await all.upstreams.ask(hello.id, at(1))
    await all.upstreams.looked(hello.id, look)
    assert.deepEqual(await due(2), [true])
  })

  it('is asked about by the address in all its forms and by the name of the package, and by nothing else', async () => {
    const ask = (urls: string[], packages: string[] = []) => all.upstreams.askAbout({ urls, packages }, at(5))
    assert.equal(await ask(['https://forge.example/team/hello']), 1)
    assert.equal(await ask([], ['deb/hello', 'deb/other']), 1)
    assert.equal(await ask(['https://forge.example/team/hell'], ['deb/other']), 0)
    assert.equal(await ask([]), 0)
  })

  it('keeps what was refused until the next look, and forgets it when it is set anew', async () => {
    const refused = [{ branch: '__proto__', commit: 'c'.repeat(40), why: 'no run' }]
    await all.upstreams.looked(hello.id, { ...look, trouble: 'gone', refused })
    const { trouble, lookedAt, refused: kept } = await all.upstreams.get(hello)
    assert.deepEqual([trouble, lookedAt, kept], ['gone', at(2), refused])
    await all.upstreams.set(hello.id, { ...upstream, url: 'https://forge.example/b' }, at(3))
    const anew = await all.upstreams.get(hello)
    assert.deepEqual([anew.url, anew.trouble, anew.refused], ['https://forge.example/b', null, []])
  })

  it('is known with the package, and goes with it', async () => {
    assert.equal((await all.packages.get(hello)).keptAt, upstream.url)
    await all.packages.remove(hello.id)
    assert.deepEqual(await due(59), [])
    await all.packages.ensure(hello, at(1))
    assert.equal((await all.packages.get(hello)).keptAt, null)
  })
})
