import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import { afterRefusal, maxRefusals } from '../../../core/delivery.ts'
import { deliverDue } from '../../../server/publishers/publishing.ts'
import { Unreachable } from '../../../server/publishers/publisher.ts'
import { openDatabase } from '../../../server/store/database.ts'
import { stores, type Stores } from '../../../server/store/stores.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import pino from 'pino'

const log = pino({ level: 'silent' })
const start = Date.parse('2026-01-01T00:00:00.000Z')
const hour = 3_600_000

onEachDatabase('the outbox', (open) => {
  let database: TestDatabase
  let db: Knex
  let all: Stores
  let time: number

  beforeEach(async () => {
    database = await open()
    db = await openDatabase(database.url)
    all = stores(db, ['one', 'other'])
    time = start
  })
  afterEach(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  const now = (): string => new Date(time).toISOString()
  const add = (subject: string, text: string): Promise<void> =>
    all.outbox.add({ subject, kind: 'test', body: { text } }, now())
  const textOf = ({ body }: { body: object }): string => (body as { text: string }).text

  /** Lets the publisher `one` send what is due, as often as something is; `send` may throw. */
  const publish = async (send: (text: string) => void = () => undefined): Promise<string[]> => {
    const sent: string[] = []
    const publisher = {
      name: 'one',
      width: 10,
      send: (delivery: { body: object }): Promise<void> => {
        send(textOf(delivery))
        sent.push(textOf(delivery))
        return Promise.resolve()
      },
      close: () => Promise.resolve(),
    }
    while ((await deliverDue({ stores: all, log, now }, publisher)) > 0);
    return sent
  }
  const refuse = (which: string) => (text: string) => {
    if (text === which) throw new Error('I do not like it')
  }

  it('holds nothing where nobody listens', async () => {
    const unheard = stores(db)
    await unheard.outbox.add({ subject: 'a', kind: 'test', body: {} }, now())
    assert.deepEqual(await all.outbox.list({ limit: 10 }), [])
    assert.equal(unheard.outbox.isHeard, false)
  })

  it('is rolled back with what it tells about', async () => {
    const cause = new Error('something else failed')
    const work = db.transaction(async (trx) => {
      await stores(trx, ['one']).outbox.add({ subject: 'a', kind: 'test', body: {} }, now())
      throw cause
    })
    await assert.rejects(work, cause)
    assert.deepEqual(await all.outbox.list({ limit: 10 }), [])
  })

  it('gives each publisher every message once, in order per subject', async () => {
    for (const text of ['a1', 'b1', 'a2', 'b2', 'a3']) await add(text.slice(0, 1), text)
    const sent = await publish()
    assert.deepEqual(
      sent.filter((text) => text.startsWith('a')),
      ['a1', 'a2', 'a3'],
    )
    assert.deepEqual(
      sent.filter((text) => text.startsWith('b')),
      ['b1', 'b2'],
    )
    assert.deepEqual(await publish(), [])
    assert.deepEqual(await all.outbox.unfinished(), [
      { publisher: 'other', state: 'waiting', count: 5, oldest: now() },
    ])
  })

  it('holds back what comes behind a message that was refused, and nothing else', async () => {
    for (const text of ['a1', 'b1', 'a2']) await add(text.slice(0, 1), text)
    assert.deepEqual(await publish(refuse('a1')), ['b1'])
    assert.deepEqual(await publish(), [], 'its pause is not over')
    time += hour
    assert.deepEqual(await publish(), ['a1', 'a2'])
  })

  it('sets aside what is refused too often, lets the next go on, and sends it once more when asked to', async () => {
    for (const text of ['a1', 'a2']) await add('a', text)
    for (let refusal = 1; refusal < maxRefusals; refusal += 1) {
      assert.deepEqual(await publish(refuse('a1')), [])
      time += hour
    }
    assert.deepEqual(await publish(refuse('a1')), ['a2'])
    const dead = (await all.outbox.list({ state: 'dead', limit: 10 }))[0]!
    assert.equal(dead.problem, 'I do not like it')
    assert.equal(dead.refusals, maxRefusals)
    await all.outbox.advance(dead, 'resend', { now: now() })
    assert.deepEqual(await publish(), ['a1'])
    const again = await all.outbox.find(dead.id)
    assert.equal(again.messageId, dead.messageId)
  })

  it('costs a message nothing that nobody can be reached', async () => {
    await add('a', 'a1')
    const down = (): void => {
      throw new Unreachable('nobody there')
    }
    for (let outage = 0; outage < 2 * maxRefusals; outage += 1)
      await assert.rejects(publish(down), Unreachable)
    assert.equal(afterRefusal(1), 'refuse')
    assert.deepEqual(await publish(), ['a1'])
  })

  it('forgets what everybody has had, and nothing else', async () => {
    await add('a', 'a1')
    await publish()
    const later = new Date(time + hour).toISOString()
    assert.equal(await all.outbox.prune(later), 0, 'the other publisher has not had it')
    for (const delivery of await all.outbox.due('other', now(), 10))
      await all.outbox.advance(delivery, 'confirm', { now: now() })
    assert.equal(await all.outbox.prune(later), 1)
    assert.deepEqual(await all.outbox.list({ limit: 10 }), [])
  })

  it('refuses to send once more what has not been sent yet', async () => {
    await add('a', 'a1')
    const [waiting] = await all.outbox.list({ limit: 1 })
    await assert.rejects(all.outbox.advance(waiting!, 'resend', { now: now() }), { code: 'ILLEGAL_DELIVERY' })
  })
})
