/** A server that hears messages of Koji from a broker, and whoever publishes them. */
import { randomUUID } from 'node:crypto'
import { connect, type ChannelModel } from 'amqplib'
import type { BusListener } from '../../schemas/types.gen.ts'
import { consumeBus } from '../../server/listeners/bus/consume.ts'
import type { Listener } from '../../server/listeners/listener.ts'
import type { ListenerState } from '../../server/store/listeners.ts'
import type { Broker } from './rabbitmq.ts'
import { startTestServer, type TestServer } from './server.ts'
import { until } from './until.ts'

export const topic = 'org.fedoraproject.test.buildsys.build.state.change'

/** A message of a build, but for `over`. */
export const bodyOf = (build: number, over: object = {}): string =>
  JSON.stringify({
    ...{ build_id: build, name: 'bash', version: '5.2', release: `${build}.fc41`, attribute: 'state' },
    ...{ new: 1, instance: 'primary', owner: 'ann', request: null, ...over },
  })

export interface BusHearing {
  /** Of the test that runs; it may put others in their places. */
  server: TestServer
  bus: BusListener
  listener: Listener | null
  /** Begins to listen, and returns once the queue is there. */
  listen: () => Promise<void>
  /** How many consume the queue. */
  consumers: () => Promise<number>
  publish: (messages: (string | Buffer)[], key?: string) => Promise<void>
  /** Whoever publishes connects anew, to a broker that was away. */
  reconnect: () => Promise<void>
  /** Of all builds. */
  versions: () => Promise<string[]>
  state: () => Promise<ListenerState>
  /** Waits until so many messages were heard. */
  heard: (count: number) => Promise<void>
  /** How many messages are left in the queue. */
  left: () => Promise<number>
}

/** Starts a server with a queue of its own before each test of a suite, with the package rpms/bash. */
export function busHearing(broker: () => Broker): BusHearing {
  let publisher: ChannelModel
  const hearing = {
    listener: null,
    async listen() {
      hearing.listener = await consumeBus(hearing.server.services, hearing.bus)
      await until('somebody to consume', async () => (await hearing.consumers()) > 0)
    },
    async consumers() {
      const connection = await connectTo(broker())
      try {
        const channel = await connection.createChannel()
        channel.on('error', () => undefined)
        return (await channel.checkQueue(hearing.bus.queue)).consumerCount
      } catch {
        return 0
      } finally {
        await connection.close().catch(() => undefined)
      }
    },
    async publish(messages, key = topic) {
      const channel = await publisher.createConfirmChannel()
      for (const message of messages) {
        const options = {
          messageId: randomUUID(),
          persistent: true,
          headers: { 'sent-at': new Date().toISOString() },
        }
        channel.publish('amq.topic', key, Buffer.from(message), options)
      }
      await channel.waitForConfirms()
      await channel.close()
    },
    async reconnect() {
      publisher = await connectTo(broker())
    },
    versions: async () =>
      (await hearing.server.services.stores.builds.list({ limit: 1000 }))
        .map(({ version }) => version)
        .sort(),
    state: async () => (await hearing.server.services.stores.listeners.list())[0]!,
    async heard(count) {
      await until(`${count} messages to be heard`, async () => {
        const { stored, repeated } = await hearing.state()
        return stored + repeated >= count
      })
    },
    async left() {
      const channel = await publisher.createChannel()
      const { messageCount } = await channel.checkQueue(hearing.bus.queue)
      await channel.close()
      return messageCount
    },
  } as BusHearing

  beforeEach(async () => {
    hearing.server = await startTestServer()
    const { stores, now } = hearing.server.services
    await stores.packages.ensure({ namespace: 'rpms', name: 'bash' }, now())
    await hearing.reconnect()
    hearing.listener = null
    const queue = `assay-${randomUUID()}`
    hearing.bus = { name: 'fedora', url: broker().url, queue, bindings: ['org.fedoraproject.test.#'] }
    await stores.listeners.ensure('fedora', 'bus')
  })
  afterEach(async () => {
    await hearing.listener?.close()
    await publisher.close().catch(() => undefined)
    await hearing.server.close()
  })
  return hearing
}

/** Takes the loss of its broker for what it is. */
async function connectTo({ url }: Broker): Promise<ChannelModel> {
  const connection = await connect(url)
  connection.on('error', () => undefined)
  return connection
}
