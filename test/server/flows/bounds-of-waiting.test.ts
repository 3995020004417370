/** How much one package and one user may have wait. */
import assert from 'node:assert/strict'
import { cancel } from '../../../server/flows/cancel.ts'
import { triggerChecks } from '../../../server/flows/trigger-checks.ts'
import { sampleCheck } from '../../support/checks.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addPackage, announce } from '../../support/site.ts'

onEachDatabase('what waits of one package', (open) => {
  let database: TestDatabase
  let server: TestServer

  beforeEach(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    server.services.settings.queue = { waitingPerPackage: 2 }
    for (const name of ['deb/greedy', 'deb/modest'])
      await addPackage(server.services, name, [sampleCheck({ name: 'smoke', for: [name] })])
  })
  afterEach(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  const built = async (name: string, version: string) =>
    (await announce(server.services, { package: name, version })).executions[0]!
  const rerunBy = async (user: string, id: string): Promise<Response> => {
    const token = await server.token(user, ['push'])
    const headers = { authorization: `Bearer ${token}` }
    return fetch(`${server.url}/api/v1/executions/${id}/rerun`, { method: 'POST', headers })
  }
  const full = '2 executions of deb/greedy wait already, which is as many as may'

  it('is bounded: builds beyond are kept, with the reason why nothing of them runs', async () => {
    for (const version of ['1', '2']) assert.equal((await built('deb/greedy', version)).state, 'scheduled')
    const beyond = await built('deb/greedy', '3')
    assert.deepEqual([beyond.state, beyond.outcome], ['finished', 'skipped'])
    assert.ok(beyond.note?.startsWith(full), beyond.note ?? '')
    assert.equal((await server.services.stores.builds.get(beyond.buildId)).version, '3')
    assert.equal((await built('deb/modest', '1')).state, 'scheduled')
  })

  it('is bounded for reruns, which are refused until there is room', async () => {
    const [first] = [await built('deb/greedy', '1'), await built('deb/greedy', '2')]
    const beyond = await built('deb/greedy', '3')
    const refused = await assertProblem(await rerunBy('ann', beyond.id), 429, 'TOO_MANY_WAITING')
    assert.ok(JSON.stringify(refused).includes(full))
    await cancel(server.services, first.id, 'ann')
    assert.equal((await rerunBy('ann', beyond.id)).status, 201)
  })

  it('is bounded for events that are no builds', async () => {
    const { services } = server
    const check = sampleCheck({ name: 'pinged', for: ['deb/pinged'], on: { type: 'org.example.ping' } })
    await addPackage(services, 'deb/pinged', [check])
    for (const release of ['a', 'b', 'c']) await announce(services, { package: 'deb/pinged', release })
    const type = 'org.example.ping'
    const attributes = { specversion: '1.0', id: '1', source: 'urn:test', type, subject: 'deb/pinged' }
    const event = { source: 'urn:test', id: '1', type, attributes, body: '{}' }
    const { executions } = (await triggerChecks(services, event))!
    const made = await Promise.all(executions.map((id) => services.stores.executions.get(id)))
    assert.deepEqual(made.map(({ state }) => state).sort(), ['finished', 'scheduled', 'scheduled'])
  })

  it('grows by so many reruns of one user within a minute, and others go on', async () => {
    const { services } = server
    services.settings.queue = { rerunsPerMinute: 2 }
    const { id: packageId } = await services.stores.packages.get({ namespace: 'deb', name: 'modest' })
    await services.stores.packages.addMaintainer(packageId, 'bob')
    const { id } = await cancel(services, (await built('deb/modest', '1')).id, 'ann')
    for (const status of [201, 201]) assert.equal((await rerunBy('ann', id)).status, status)
    await assertProblem(await rerunBy('ann', id), 429, 'TOO_MANY_RERUNS')
    assert.equal((await rerunBy('bob', id)).status, 201)
  })
})
