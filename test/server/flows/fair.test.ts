/** One package asks for much, another for little: whose turn is when. */
import assert from 'node:assert/strict'
import { sweep } from '../../../server/flows/sweep.ts'
import { receiveEvents } from '../../../server/flows/receive-events.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { redisCommand } from '../../support/redis.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addPackage, buildEvent } from '../../support/site.ts'
import { takeAll } from '../../support/take-all.ts'
import { until } from '../../support/until.ts'

const many = 200

onEachDatabase('what packages ask for', (open) => {
  let database: TestDatabase
  let server: TestServer

  beforeEach(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    for (const name of ['deb/greedy', 'deb/modest', 'deb/late']) await addPackage(server.services, name)
    await until('Redis', () => server.services.queue.counts().catch(() => null))
  })
  afterEach(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  /** Announces so many builds of a package, each with one execution; returns their ids, the oldest first. */
  const ask = async (name: string, count: number): Promise<string[]> => {
    const { services } = server
    const events = Array.from({ length: count }, (_, at) => buildEvent({ package: name, version: `1-${at}` }))
    const ids: string[] = []
    for (const { buildId } of await receiveEvents(services, events))
      ids.push(...(await services.stores.executions.ofBuild(buildId)).map(({ id }) => id))
    return ids.sort()
  }
  const drain = async (count: number): Promise<string[]> => {
    const { taken, worker } = takeAll(server.services.redisUrl)
    await until('all to be taken', () => taken.length >= count)
    await worker.close()
    return taken
  }

  it('waits no longer than its turn: what one asks for comes between what another asked for before', async () => {
    const greedy = await ask('deb/greedy', many)
    const modest = await ask('deb/modest', 2)
    const taken = await drain(many + 2)
    assert.deepEqual(taken.slice(0, 4), [greedy[0], modest[0], greedy[1], modest[1]])
    assert.deepEqual(
      taken.filter((id) => greedy.includes(id)),
      greedy,
    )
  })

  it('is offered in the same turns by the sweep, after Redis was lost', async () => {
    const { services } = server
    const greedy = await ask('deb/greedy', many)
    const [modest] = await ask('deb/modest', 1)
    await redisCommand(services.redisUrl, 'FLUSHALL')
    await sweep(services, services.now())
    assert.deepEqual((await drain(many + 1)).slice(0, 3), [greedy[0], modest, greedy[1]])
  })

  it('is among the few that the sweep offers, however much another asks for', async () => {
    await ask('deb/greedy', many)
    const [modest] = await ask('deb/modest', 1)
    const window = await server.services.stores.executions.waiting(10)
    assert.equal(window[1]?.id, modest)
    assert.deepEqual(
      window.map(({ rank }) => rank),
      [1, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    )
  })

  it('moves up as what is before it goes: whoever comes anew does not overtake all of it', async () => {
    const { services } = server
    const greedy = await ask('deb/greedy', 20)
    for (const id of greedy.slice(0, 19))
      await services.stores.executions.advance({ id, state: 'scheduled', attempt: 0 }, 'claim')
    await sweep(services, services.now())
    const late = await ask('deb/late', 2)
    const taken = (await drain(22)).filter((id) => !greedy.slice(0, 19).includes(id))
    assert.deepEqual(taken, [greedy[19], ...late])
  })
})
