import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Settings } from '../../../schemas/types.gen.ts'
import { expireFiles } from '../../../server/flows/expire-files.ts'
import { receiveUpload } from '../../../server/flows/receive-upload.ts'
import { keepFiles } from '../../../server/flows/keep-files.ts'
import type { Services } from '../../../server/services.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { sampleCheck } from '../../support/checks.ts'
import { past } from '../../support/past.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { commit } from '../../support/site.ts'

const day = 86_400_000
const mebibyte = 1024 ** 2
const passed = { outcome: 'passed', reason: null, concerns: null, note: null } as const

onEachDatabase('letting go of what executions left', (open) => {
  let database: TestDatabase
  let server: TestServer
  let packages = 0

  before(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
  })
  after(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  /** The server's services, with other settings and at another time. */
  const at = (later: number, settings: Settings = {}): Services => ({
    ...server.services,
    settings,
    now: () => new Date(Date.now() + later).toISOString(),
  })

  /** Executions of a package of their own, each begun so many days ago and leaving a log of that many bytes. */
  async function leave(...all: { daysAgo: number; bytes: number; runs?: boolean }[]): Promise<string[]> {
    const { stores, now } = server.services
    const record = past(server.services)
    const { id: packageId } = await stores.packages.ensure(
      { namespace: 'deb', name: `p${(packages += 1)}` },
      now(),
    )
    const check = sampleCheck()
    const registration = await stores.registrations.add(
      { packageId, branch: 'main', commit, pushedBy: 'ann', checks: [check], createdAt: now() },
      true,
    )
    const ids: string[] = []
    for (const { daysAgo, bytes, runs = false } of all) {
      const time = Date.now() - daysAgo * day
      const facts = { packageId, release: 'sid', version: `1-${ids.length}`, architectures: ['x86_64'] }
      const build = await record.build({ ...facts, artifacts: [], origin: null }, time)
      const declared = { check, repository: 'deb/p', registration }
      const id = await record.execution(declared, { id: build, packageId, arch: 'x86_64' }, time)
      await record.begin(id, time)
      await record.log(id, 'x'.repeat(bytes))
      if (!runs) await record.finish(id, time, passed, { results: [] })
      ids.push(id)
    }
    return ids
  }
  const isThere = (id: string): boolean => existsSync(join(server.services.config.data, 'executions', id))
  const expired = async (id: string) => (await server.services.stores.holdings.of(id))?.expired ?? null

  it('goes by age: what finished longer ago than the site keeps it', async () => {
    const [old = '', young = ''] = await leave({ daysAgo: 181, bytes: 10 }, { daysAgo: 179, bytes: 10 })
    await expireFiles(at(0))
    assert.equal((await expired(old))?.why, 'age')
    assert.deepEqual([isThere(old), isThere(young)], [false, true])
    assert.equal((await server.services.stores.executions.get(old)).outcome, 'passed')
    await expireFiles(at(0, { retention: { days: 0 } }))
    await expireFiles(at(0, { retention: { days: 200 } }))
    assert.ok(isThere(young))
    await expireFiles(at(2 * day))
    assert.ok(!isThere(young))
  })

  it('goes by size: the oldest of a package that left more than is kept', async () => {
    const ids = await leave(
      { daysAgo: 4, bytes: 0.6 * mebibyte },
      { daysAgo: 3, bytes: 0.5 * mebibyte },
      { daysAgo: 2, bytes: 0.4 * mebibyte },
    )
    await expireFiles(at(0, { retention: { packageMiB: 1 } }))
    assert.deepEqual(ids.map(isThere), [false, true, true])
    assert.equal((await expired(ids[0] ?? ''))?.why, 'size')
  })

  it('never touches what somebody wants kept, nor what still runs', async () => {
    const [kept = '', running = '', plain = ''] = await leave(
      { daysAgo: 400, bytes: mebibyte },
      { daysAgo: 400, bytes: mebibyte, runs: true },
      { daysAgo: 400, bytes: mebibyte },
    )
    await keepFiles(server.services, kept, 'ann')
    const strict = at(0, { retention: { days: 1, packageMiB: 1 } })
    await expireFiles(strict)
    await expireFiles(strict)
    assert.deepEqual([kept, running, plain].map(isThere), [true, true, false])
    await keepFiles(server.services, kept, null)
    await expireFiles(strict)
    assert.ok(!isThere(kept))
    await assert.rejects(keepFiles(server.services, kept, 'ann'), { code: 'FILES_EXPIRED', status: 410 })
  })

  it('is kept in bounds: beyond what a package may have kept, others must be let go of first', async () => {
    const [first = '', second = '', growing = ''] = await leave(
      { daysAgo: 3, bytes: 0.6 * mebibyte },
      { daysAgo: 3, bytes: 0.6 * mebibyte },
      { daysAgo: 0, bytes: 10, runs: true },
    )
    const narrow = at(0, { retention: { keptMiB: 1 } })
    await expireFiles(narrow)
    await keepFiles(narrow, first, 'ann')
    await keepFiles(narrow, first, 'ann')
    const tooMuch = { code: 'TOO_MUCH_KEPT', status: 409 }
    await assert.rejects(keepFiles(narrow, second, 'ann'), tooMuch)
    await assert.rejects(keepFiles(narrow, growing, 'ann'), tooMuch)
    await keepFiles(narrow, first, null)
    await keepFiles(narrow, second, 'ann')
    await keepFiles(at(0, { retention: { keptMiB: 0 } }), first, 'ann')
  })

  it('is finished when it was interrupted after it was said', async () => {
    const [id = ''] = await leave({ daysAgo: 300, bytes: 10 })
    const broken = at(0)
    const files = { ...broken.files, remove: () => Promise.reject(new Error('the disk is away')) }
    await assert.rejects(expireFiles({ ...broken, files }))
    assert.ok(isThere(id))
    assert.ok(await expired(id))
    await expireFiles(at(0))
    assert.ok(!isThere(id))
  })

  it('lets files go that were handed over for events when nobody has handed them over again for as long', async () => {
    const settings = { retention: { days: 30 } }
    const { uploads } = server.services
    const hand = (text: string, later = 0) =>
      receiveUpload(at(later, settings), 'builder', Readable.from([Buffer.from(text)]))
    const [old, again] = [await hand('once'), await hand('twice')]
    await hand('twice', 20 * day)
    await expireFiles(at(29 * day, settings))
    await uploads.find(old.sha256)
    await expireFiles(at(31 * day, settings))
    await assert.rejects(uploads.find(old.sha256), { code: 'NOT_FOUND' })
    await uploads.find(again.sha256)
    await expireFiles(at(51 * day, settings))
    await assert.rejects(uploads.find(again.sha256), { code: 'NOT_FOUND' })
  })

  it('takes no more of one user for events than there is room for, and of others as before', async () => {
    const settings = { retention: { uploadMiB: 1 } }
    const hand = (user: string) =>
      receiveUpload(at(0, settings), user, Readable.from([Buffer.alloc(mebibyte, user)]))
    await hand('ann')
    await assert.rejects(hand('ann'), { code: 'TOO_MUCH_UPLOADED', status: 409 })
    await hand('eve')
  })
})
