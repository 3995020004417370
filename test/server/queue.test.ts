import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Worker } from 'bullmq'
import pino from 'pino'
import { sweep } from '../../server/flows/sweep.ts'
import { openQueue, type WorkQueue } from '../../server/queue.ts'
import { temporaryFolder } from '../support/folder.ts'
import { redisCommand, startRedis, type TestRedis } from '../support/redis.ts'
import { startTestServer } from '../support/server.ts'
import { addHello, oneExecution } from '../support/site.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })

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
    const ids = [randomUUID(), randomUUID()]
    for (let time = 0; time < 3; time++) await queue.offer(ids)
    assert.deepEqual(await queue.counts(), { waiting: 2, active: 0, delayed: 0 })
  })

  it('hands an execution out again when it is offered after its work was lost', async () => {
    const id = randomUUID()
    const taken: string[] = []
    const path = redis.url.replace(/^unix:/, '')
    const worker = new Worker<{ execution: string }>(
      'executions',
      ({ data }) => Promise.resolve(void taken.push(data.execution)),
      { connection: { path } },
    )
    try {
      await queue.offer([id])
      await until('the first taking', () => taken.length === 1)
      await until('the end of the work', async () => (await queue.counts()).active === 0)
      await queue.offer([id])
      await until('the second taking', () => taken.length === 2)
      assert.deepEqual(taken, [id, id])
    } finally {
      await worker.close()
    }
  })

  it('says soon that Redis cannot be reached, and works once it can', async () => {
    await using folder = await temporaryFolder()
    const lost = openQueue(`unix:${join(folder.path, 'nobody.sock')}`, log)
    await assert.rejects(lost.offer([randomUUID()]), { code: 'QUEUE_UNAVAILABLE' })
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
