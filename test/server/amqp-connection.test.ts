/** Kills its own broker, which those of other tests cannot be: what hears and tells over such a connection is tested here, too. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { ChannelModel, ConfirmChannel } from 'amqplib'
import pino from 'pino'
import {
  keepConnected,
  openConfirmChannel,
  publishConfirmed,
  type BrokerAddress,
  type KeptConnection,
} from '../../server/amqp-connection.ts'
import { openBus } from '../support/bus.ts'
import { bodyOf, busHearing } from '../support/bus-hearing.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startRabbitmq, type TestBroker } from '../support/rabbitmq.ts'
import { passed, testRunner } from '../support/runner.ts'
import { startTestServer } from '../support/server.ts'
import { settingsFile } from '../support/settings.ts'
import { addHello, oneExecution } from '../support/site.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })

describe('a connection to a broker that is kept', () => {
  let broker: TestBroker
  let kept: KeptConnection | undefined

  before(async function () {
    this.timeout(150_000)
    broker = await startRabbitmq()
  })
  after(() => broker[Symbol.asyncDispose]())
  afterEach(async () => {
    await kept?.close()
    kept = undefined
  })

  const keep = async (
    address: BrokerAddress,
    setUp: (channel: ConfirmChannel) => Promise<unknown> = () => Promise.resolve(),
  ): Promise<() => ConfirmChannel> => {
    let channel: ConfirmChannel | undefined
    kept = await keepConnected(address, log, async (connection: ChannelModel) => {
      channel = await openConfirmChannel(connection, log)
      await setUp(channel)
    })
    return () => channel!
  }
  const connected = (): Promise<unknown> => until('the connection', () => kept?.isConnected())

  const sendAndGet = async (channel: ConfirmChannel): Promise<string> => {
    const queue = `kept-${randomUUID()}`
    await channel.assertQueue(queue, { durable: true, exclusive: false })
    await publishConfirmed(channel, { exchange: '', routingKey: queue, body: Buffer.from('hello') }, {})
    const message = await channel.get(queue, { noAck: true })
    await channel.deleteQueue(queue)
    return message === false ? 'nothing' : message.content.toString()
  }

  it('carries messages that the broker confirms', async () => {
    const channel = await keep({ url: broker.url })
    await connected()
    assert.equal(await sendAndGet(channel()), 'hello')
  })

  it('proves with a certificate who it is', async () => {
    const { authority, client } = broker.certificates
    const channel = await keep({ url: broker.tlsUrl, tls: { authority, ...client } })
    await connected()
    assert.equal(await sendAndGet(channel()), 'hello')
  })

  it('sets up anew after its channel was closed by a mistake', async () => {
    const channel = await keep({ url: broker.url })
    await connected()
    const first = channel()
    await assert.rejects(
      publishConfirmed(first, { exchange: 'nowhere', routingKey: 'x', body: Buffer.from('x') }, {}),
    )
    await until('another channel', () => channel() !== first && kept?.isConnected())
    assert.equal(await sendAndGet(channel()), 'hello')
  })

  it('keeps trying while what it needs cannot be set up', async () => {
    let tries = 0
    const channel = await keep({ url: broker.url }, async (fresh) => {
      tries += 1
      if (tries < 3) await fresh.checkQueue('is not there')
    })
    await connected()
    assert.equal(tries, 3)
    assert.equal(await sendAndGet(channel()), 'hello')
  })

  it('survives a broker that crashes and comes back', async function () {
    this.timeout(150_000)
    const channel = await keep({ url: broker.url })
    await connected()
    await broker.kill()
    await until('the loss to be noticed', () => !kept?.isConnected())
    await broker.start()
    await connected()
    assert.equal(await sendAndGet(channel()), 'hello')
  })

  it('loses nothing of what is told while the broker crashes and comes back, and keeps the order of each execution', async function () {
    this.timeout(200_000)
    await using folder = await temporaryFolder()
    await using bus = await openBus(broker.url)
    const fedoraMessaging = { topicPrefix: 'org.fedoraproject.test', exchange: bus.exchange }
    const file = await settingsFile(folder.path, { publishers: { fedoraMessaging } })
    await using server = await startTestServer({ amqpUrl: broker.url, settingsFile: file })
    const { services } = server
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    await addHello(services)
    const ids: string[] = []
    const one = async (): Promise<void> => {
      const id = await oneExecution(services)
      ids.push(id)
      await runner.report(await runner.take(id), passed)
    }
    await one()
    await bus.hears('the first', ({ length }) => length >= 3)
    await one()
    await broker.kill()
    await one()
    await broker.start()
    await one()
    await until('everything to be delivered', async () => {
      return (await services.stores.outbox.unfinished()).length === 0
    })
    const all = await bus.heard()
    for (const id of ids) {
      const told = all.filter(({ body }) => body['id'] === id)
      // A broker that crashed before it confirmed is told again: the same message, known by its id.
      const once = [...new Map(told.map((message) => [message.id, message])).values()]
      assert.deepEqual(
        once.map(({ topic }) => topic),
        ['scheduled', 'running', 'finished'].map(
          (phase) => `org.fedoraproject.test.assay.execution.${phase}`,
        ),
      )
    }
  })

  describe('under a server that hears messages', function () {
    this.timeout(180_000)
    const hearing = busHearing(() => broker)
    const { listen, publish, versions, state, heard, left } = hearing

    it('goes on by itself after the broker was killed in the middle, losing and doubling nothing', async () => {
      await listen()
      await publish(Array.from({ length: 200 }, (_, n) => bodyOf(n + 1)))
      await heard(20)
      await broker.kill()
      await until('the loss to be said', async () => (await state()).trouble !== null)
      await broker.start()
      await hearing.reconnect()
      await until('all builds to be there', async () => (await versions()).length === 200)
      await until('all to be acknowledged', async () => (await left()) === 0)
      await publish([bodyOf(201)])
      await until('the last build', async () => (await versions()).length === 201)
      assert.equal((await state()).trouble, null)
    })
  })
})
