import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pino from 'pino'
import { sweep } from '../../server/flows/sweep.ts'
import { openQueue, type Offered, type WorkQueue } from '../../server/queue.ts'
import { temporaryFolder } from '../support/folder.ts'
import { redisCommand, startRedis, type TestRedis } from '../support/redis.ts'
import { startTestServer } from '../support/server.ts'
import { addHello, oneExecution } from '../support/site.ts'
import { takeAll } from '../support/take-all.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })
const someone = (place: number): Offered => ({ id: randomUUID(), place })

describe('the queue', () => {
  let redis: TestRedis
  let queue: WorkQueue

  before(async () => {
    redis = await startRedis()
    queue = openQueue(redis.url, log)
    await until('the queue to open', () => queue.counts().catch(() => null))
  })
  beforeEach(() => redis.command('FLUSHALL'))
  after(async () => {
    await queue.close()
    await redis[Symbol.asyncDispose]()
  })

  it('holds each execution once, however often it is offered', async () => {
    const offered = [someone(1), someone(1)]
    for (let time = 0; time < 3; time++) await queue.offer(offered)
    assert.deepEqual(await queue.counts(), { waiting: 2, active: 0, delayed: 0 })
  })

  it('hands an execution out again when it is offered after its work was lost', async () => {
    const one = someone(1)
    const { taken, worker } = takeAll(redis.url)
    try {
      await queue.offer([one])
      await until('the first taking', () => taken.length === 1)
      await until('the end of the work', async () => (await queue.counts()).active === 0)
      await queue.offer([one])
      await until('the second taking', () => taken.length === 2)
      assert.deepEqual(taken, [one.id, one.id])
    } finally {
      await worker.close()
    }
  })

  it('hands out what has the lowest place, and moves what is in it only to an earlier one', async () => {
    const [first, second, third, late] = [someone(5), someone(5), someone(7), someone(9)]
    await queue.offer([third, first, second, late])
    await queue.advance([{ ...late, place: 1 }, { ...first, place: 5 }, { ...second, place: 8 }, someone(2)])
    const { taken, worker } = takeAll(redis.url)
    try {
      await until('all to be taken', () => taken.length === 4)
    } finally {
      await worker.close()
    }
    assert.deepEqual(
      taken,
      [late, first, second, third].map(({ id }) => id),
    )
  })

  it('says soon that Redis cannot be reached, and works once it can', async () => {
    await using folder = await temporaryFolder()
    const lost = openQueue(`unix:${join(folder.path, 'nobody.sock')}`, log)
    await assert.rejects(lost.offer([someone(1)]), { code: 'QUEUE_UNAVAILABLE' })
    await lost.close()
  })
})

describe('losing all of Redis', () => {
  it('loses nothing: the next sweep offers everything again', async () => {
    await using server = await startTestServer()
    const { services } = server
    await addHello(services)
    await until('Redis', () => services.queue.counts().catch(() => null))
    for (let count = 0; count < 3; count++) await oneExecution(services)
    assert.equal((await services.queue.counts()).waiting, 3)
    await redisCommand(server.redisUrl, 'FLUSHALL')
    assert.equal((await services.queue.counts()).waiting, 0)
    await sweep(services, services.now())
    assert.equal((await services.queue.counts()).waiting, 3)
  })
})
