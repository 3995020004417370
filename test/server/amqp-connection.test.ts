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
import type { TestBroker } from '../support/rabbitmq.ts'
import { sharedRabbitmq } from '../support/shared-rabbitmq.ts'
import { until } from '../support/until.ts'

const log = pino({ level: 'silent' })

describe('a connection to a broker that is kept', () => {
  let broker: TestBroker
  let kept: KeptConnection | undefined

  before(async function () {
    this.timeout(150_000)
    broker = await sharedRabbitmq()
  })
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
})
