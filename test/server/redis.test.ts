import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import pino from 'pino'
import { answersPing } from '../../server/redis-ping.ts'
import { startPrivateRedis, type PrivateRedis } from '../../server/redis.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { redisCommand } from '../support/redis.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })

describe('the private Redis', () => {
  let folder: TemporaryFolder
  let redis: PrivateRedis | undefined

  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(async () => {
    await redis?.close()
    redis = undefined
    await folder[Symbol.asyncDispose]()
  })

  const pid = async (): Promise<number> =>
    Number(await readFile(join(folder.path, 'redis.pid'), 'utf8').catch(() => '0'))
  const answers = (): Promise<boolean> => answersPing(redis!.url.replace(/^unix:/, ''))

  it('keeps what it holds from one start to the next', async () => {
    redis = await startPrivateRedis(folder.path, log)
    assert.equal(await redisCommand(redis.url, 'SET key value'), '+OK')
    await redis.close()
    redis = await startPrivateRedis(folder.path, log)
    assert.equal(await redisCommand(redis.url, 'EXISTS key'), ':1')
  })

  it('listens on no port', async () => {
    redis = await startPrivateRedis(folder.path, log)
    assert.equal(await redisCommand(redis.url, 'CONFIG GET port'), '*2')
    const sockets = await readFile(`/proc/${await pid()}/net/unix`, 'utf8')
    assert.ok(sockets.includes(join(folder.path, 'redis.sock')))
  })

  it('is started again when it dies', async () => {
    redis = await startPrivateRedis(folder.path, log)
    const first = await pid()
    process.kill(first, 'SIGKILL')
    await until('a new one', async () => (await answers()) && (await pid()) !== first)
  })

  it('is gone once it was closed, and may be closed while it is being started again', async () => {
    redis = await startPrivateRedis(folder.path, log)
    process.kill(await pid(), 'SIGKILL')
    await redis.close()
    assert.equal(await answers(), false)
  })

  it('takes the place of one that a killed predecessor left', async () => {
    const left = await startPrivateRedis(folder.path, log)
    const old = await pid()
    redis = await startPrivateRedis(folder.path, log)
    assert.notEqual(await pid(), old)
    await until('the old one to be gone', () => !existsSync(`/proc/${old}`))
    await left.close()
  })

  it('leaves processes alone that only happen to have the pid it once had', async () => {
    await writeFile(join(folder.path, 'redis.pid'), `${process.pid}\n`)
    redis = await startPrivateRedis(folder.path, log)
    assert.ok(await answers())
  })

  it('finds a short place for its socket when its folder is too deep, and leaves nothing there', async () => {
    const deep = join(folder.path, 'x'.repeat(110))
    await mkdir(deep)
    redis = await startPrivateRedis(deep, log)
    assert.ok(await answers())
    await redis.close()
    assert.equal(existsSync(dirname(redis.url.replace(/^unix:/, ''))), false)
  })
})
