import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { openDatabase } from '../../../../server/store/database.ts'
import { stores } from '../../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../../support/databases.ts'

const now = '2026-01-01T00:00:00.123Z'
const name = '020-subjects-of-builds'

onEachDatabase('subjects of builds', (open) => {
  let database: TestDatabase
  let db: Knex

  before(async () => {
    database = await open('nothing')
    db = await openDatabase(database.url)
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  it('are those of Copr and OBS for builds that were heard before there were any', async () => {
    const { packages, builds, events } = stores(db)
    const bash = await packages.ensure({ namespace: 'rpms', name: 'bash' }, now)
    const heard = async (source: string, eventId: string): Promise<string> => {
      const id = randomUUID()
      const facts = { release: 'f41', version: '5-1', architectures: ['x86_64'], artifacts: [], origin: null }
      await builds.insert([{ id, packageId: bash.id, ...facts, createdAt: now }])
      await events.insert({ source, eventId, type: 't', body: '{}', receivedAt: now, buildId: id })
      return id
    }
    const koji = await heard('urn:koji:primary', 'build/7')
    const copr = await heard('urn:copr', 'build/9/fedora-41-x86_64')
    const obs = await heard('urn:obs', 'home:ann/f41/bash:mini/x86_64/5-1.2/ab')
    await db.migrate.down({ name })
    await db.migrate.up({ name })
    const subjects = await Promise.all([koji, copr, obs].map(async (id) => (await builds.get(id)).subject))
    assert.deepEqual(subjects, [
      null,
      { type: 'copr_build', item: '9:fedora-41-x86_64' },
      { type: 'obs_build', item: 'home:ann/f41/x86_64/bash:mini-5-1.2' },
    ])
  })
})
