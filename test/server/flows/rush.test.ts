/** Many builds at once: what gives way, what is superseded, and what no longer counts. */
import assert from 'node:assert/strict'
import { hear } from '../../../server/flows/hear.ts'
import { offerScheduled } from '../../../server/flows/offer.ts'
import { rerun } from '../../../server/flows/rerun.ts'
import { cancel } from '../../../server/flows/cancel.ts'
import type { HeardBuild } from '../../../core/listening/heard.ts'
import type { Rules } from '../../../schemas/types.gen.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, announce, oneExecution } from '../../support/site.ts'
import { takeAll } from '../../support/take-all.ts'
import { until } from '../../support/until.ts'

onEachDatabase('a rush of builds', (open) => {
  let database: TestDatabase
  let server: TestServer

  const start = async (rules: Rules): Promise<void> => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    server.services.settings.rules = rules
    await addHello(server.services)
  }
  afterEach(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  const heard = async (id: string): Promise<string> => {
    const build = { package: 'deb/hello', release: 'sid', version: `1.0-${id}` }
    const one: HeardBuild = { kind: 'build', source: 'urn:bus', id, build, user: null, scratch: false }
    const message = { topic: 'built', id, sentAt: null, body: build }
    return (await hear(server.services, 'bus', [{ message, heard: one }]))[0]!
  }
  const state = async (id: string) => {
    const { state, reason } = await server.services.stores.executions.get(id)
    return [state, reason]
  }

  it('gives way to single builds once it is a mass rebuild, after Redis was lost too', async () => {
    await start({ massRebuild: { builds: 2, within: '1h' } })
    const { services } = server
    const first = await oneExecution(services)
    const [second, third] = [await oneExecution(services), await oneExecution(services)]
    const single = await rerun(services, (await cancel(services, first, 'ann')).id, 'ann')
    assert.deepEqual(
      (await services.stores.executions.waiting(10)).map(({ id }) => id),
      [single.id, second, third],
    )
    await offerScheduled(services)
    const { taken, worker } = takeAll(services.redisUrl)
    await until('all to be taken', () => taken.length === 4)
    await worker.close()
    assert.deepEqual(taken, [first, single.id, second, third])
  })

  it('cancels what still waits of an older version, and nothing else', async () => {
    await start({ supersede: true })
    const { services } = server
    const waiting = async (version: string, release = 'sid') =>
      (await announce(services, { version, release })).executions[0]!.id
    const old = await waiting('1.0-1')
    const elsewhere = await waiting('1.0-1', 'bookworm')
    const asked = (await rerun(services, (await cancel(services, await waiting('1.0-1'), 'ann')).id, 'ann'))
      .id
    const project = { type: 'copr_build', item: '1:sid-x86_64' }
    await announce(services, { version: '2.0-1', release: 'sid', subject: project })
    assert.deepEqual(await state(old), ['scheduled', null])
    const newest = await waiting('1.0-10')
    const late = await waiting('1.0-9')
    assert.deepEqual(await state(old), ['finished', 'superseded'])
    for (const id of [elsewhere, asked, newest, late]) assert.deepEqual(await state(id), ['scheduled', null])
  })

  it('ignores what comes beyond the limits, by name, and knows a repeat for one', async () => {
    await start({ packageLimit: { builds: 2, within: '1h' } })
    assert.deepEqual(
      [await heard('1'), await heard('2'), await heard('3'), await heard('1')],
      ['stored', 'stored', 'ignored', 'repeated'],
    )
    const [ignored] = await server.services.stores.listeners.ignored()
    assert.deepEqual([ignored?.rule, ignored?.count], ['packageLimit', 1])
    server.services.settings.rules = { globalLimit: { builds: 2, within: '1h' } }
    assert.equal(await heard('4'), 'ignored')
  })
})
