/** What a consumer makes of a real broker's messages, whatever happens to them, to it, or to the broker. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { connect, type ChannelModel } from 'amqplib'
import type { BusListener } from '../../../schemas/types.gen.ts'
import { consumeBus } from '../../../server/listeners/bus/consume.ts'
import type { Listener } from '../../../server/listeners/listener.ts'
import { startAssay } from '../../support/assay.ts'
import { sampleCheck } from '../../support/checks.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { listenOn } from '../../support/listen.ts'
import type { TestBroker } from '../../support/rabbitmq.ts'
import { sharedRabbitmq } from '../../support/shared-rabbitmq.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

/** Milliseconds: whoever lost its broker waits longer and longer between its attempts. */
const patience = 60_000

const topic = 'org.fedoraproject.test.buildsys.build.state.change'
const body = (build: number, over: object = {}): string =>
  JSON.stringify({
    ...{ build_id: build, name: 'bash', version: '5.2', release: `${build}.fc41`, attribute: 'state' },
    ...{ new: 1, instance: 'primary', owner: 'ann', request: null, ...over },
  })

describe('consuming a bus', function () {
  this.timeout(180_000)
  let broker: TestBroker
  let server: TestServer
  let publisher: ChannelModel
  let bus: BusListener
  let listener: Listener | null

  before(async () => {
    broker = await sharedRabbitmq()
  })
  beforeEach(async () => {
    server = await startTestServer()
    await server.services.stores.packages.ensure({ namespace: 'rpms', name: 'bash' }, server.services.now())
    publisher = await openPublisher()
    listener = null
    const queue = `assay-${randomUUID()}`
    bus = { name: 'fedora', url: broker.url, queue, bindings: ['org.fedoraproject.test.#'] }
    await server.services.stores.listeners.ensure('fedora', 'bus')
  })
  afterEach(async () => {
    await listener?.close()
    await publisher.close().catch(() => undefined)
    await server.close()
  })

  /** One that takes the loss of its broker for what it is. */
  const openPublisher = async (): Promise<ChannelModel> => {
    const connection = await connect(broker.url)
    connection.on('error', () => undefined)
    return connection
  }
  /** Begins to listen, and returns once the queue is there. */
  const listen = async (): Promise<void> => {
    listener = await consumeBus(server.services, bus)
    await until('somebody to consume', async () => (await consumers()) > 0)
  }
  const consumers = async (): Promise<number> => {
    const connection = await connect(broker.url)
    connection.on('error', () => undefined)
    try {
      const channel = await connection.createChannel()
      channel.on('error', () => undefined)
      return (await channel.checkQueue(bus.queue)).consumerCount
    } catch {
      return 0
    } finally {
      await connection.close().catch(() => undefined)
    }
  }
  const publish = async (messages: (string | Buffer)[], key = topic): Promise<void> => {
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
  }
  const versions = async (): Promise<string[]> =>
    (await server.services.stores.builds.list({ limit: 1000 })).map(({ version }) => version).sort()
  const state = async () => (await server.services.stores.listeners.list())[0]!
  const heard = (count: number): Promise<true> =>
    until(`${count} messages to be heard`, async () => {
      const { stored, repeated } = await state()
      return stored + repeated >= count
    }) as Promise<true>
  const left = async (): Promise<number> => {
    const channel = await publisher.createChannel()
    const { messageCount } = await channel.checkQueue(bus.queue)
    await channel.close()
    return messageCount
  }

  it('stores each build once, however often and in whatever order its messages come', async () => {
    await listen()
    await publish([body(3), body(1), body(3), body(2), body(1)])
    await heard(5)
    assert.deepEqual(await versions(), ['5.2-1.fc41', '5.2-2.fc41', '5.2-3.fc41'])
    assert.deepEqual(await state().then(({ stored, repeated }) => [stored, repeated]), [3, 2])
  })

  it('counts what it ignores by rule, and goes on', async () => {
    await listen()
    await publish([body(1, { new: 3 }), body(2, { name: 'stranger' }), body(4, { new: 3 })])
    await publish(['{}'], 'org.fedoraproject.test.wiki.edit')
    await publish([body(5)])
    await heard(1)
    const counts = await server.services.stores.listeners.ignored()
    assert.deepEqual(Object.fromEntries(counts.map(({ rule, count }) => [rule, count])), {
      notComplete: 2,
      otherTopic: 1,
      unknownPackage: 1,
    })
  })

  it('sets aside, to be seen, what is malformed, hostile or huge, and goes on', async () => {
    await listen()
    const hostile = [
      'not json',
      Buffer.from([0xff, 0xfe, 0x00]),
      '[]',
      body(1, { name: 'a/../b' }),
      body(2, { build_id: 'x\u0000y' }),
      body(3, { release: '\u0000.fc41' }),
      JSON.stringify({ filler: 'x'.repeat(2 * 1024 ** 2) }),
    ]
    await publish([...hostile, body(9)])
    await heard(1)
    assert.deepEqual(await versions(), ['5.2-9.fc41'])
    const aside = await server.services.stores.setAside.list({ limit: 100 })
    assert.equal(aside.length, hostile.length)
    assert.equal(aside[0]?.body, null)
    assert.ok(aside.every(({ why }) => why.length > 10))
    await until('all to be acknowledged', async () => (await left()) === 0)
  })

  it('goes on by itself after the broker was killed in the middle, losing and doubling nothing', async () => {
    await listen()
    const all = Array.from({ length: 200 }, (_, n) => body(n + 1))
    await publish(all)
    await heard(20)
    await broker.kill()
    await until('the loss to be said', async () => (await state()).trouble !== null)
    await broker.start()
    publisher = await openPublisher()
    await until('all builds to be there', async () => (await versions()).length === 200, patience)
    await until('all to be acknowledged', async () => (await left()) === 0)
    await publish([body(201)])
    await until('the last build', async () => (await versions()).length === 201)
    assert.equal((await state()).trouble, null)
  })

  it('loses and doubles nothing when the server is killed between storing and acknowledging', async () => {
    await using folder = await temporaryFolder()
    const settings = `${folder.path}/settings.yaml`

    await writeFile(settings, JSON.stringify({ listeners: { buses: [bus] } }))
    const environment = { ASSAY_DATA: `${folder.path}/data`, ASSAY_SETTINGS: settings }
    await server.close()
    const onceMore = async (): Promise<void> => {
      const databaseUrl = `${environment.ASSAY_DATA}/assay.sqlite`
      server = await startTestServer({ data: environment.ASSAY_DATA, databaseUrl })
    }
    await onceMore()
    await server.services.stores.packages.ensure({ namespace: 'rpms', name: 'bash' }, server.services.now())
    await server.close()
    {
      await using service = startAssay(environment, 'serve')
      await until('somebody to consume', async () => (await consumers()) > 0)
      const publishing = publish(Array.from({ length: 400 }, (_, n) => body(n + 1)))
      await until('some to be waiting', async () => (await left()) > 0)
      await service.murder()
      await publishing
    }
    await onceMore()
    await listen()
    await until('all builds to be there', async () => (await versions()).length >= 400, patience)
    await until('all to be acknowledged', async () => (await left()) === 0)
    await publish([body(401)])
    await until('the last build', async () => (await versions()).includes('5.2-401.fc41'))
    assert.equal((await versions()).length, 401)
    assert.equal(new Set(await versions()).size, 401)
  })

  it('asks a history for what it missed while it was away, and hears what came both ways once', async () => {
    const asked: URL[] = []
    const missed = [7, 8].map((build) => ({
      id: randomUUID(),
      topic,
      headers: {},
      body: JSON.parse(body(build)) as object,
    }))
    const history = await listenOn(
      createServer((request, response) => {
        const url = new URL(request.url ?? '', 'http://history')
        asked.push(url)
        const page = Number(url.searchParams.get('page'))
        response.end(JSON.stringify({ pages: 2, raw_messages: [missed[page - 1]] }))
      }),
    )
    try {
      bus = { ...bus, history: { url: `${history.url}/v2/search`, topics: [topic] } }
      await listen()
      await publish([body(7)])
      await heard(1)
      assert.equal(asked.length, 0, 'who never listened has missed nothing')
      await listener!.close()
      await listen()
      await heard(3)
      assert.deepEqual(await versions(), ['5.2-7.fc41', '5.2-8.fc41'])
      assert.deepEqual(
        asked.map(({ searchParams }) => [searchParams.get('page'), searchParams.get('topic')]),
        [
          ['1', topic],
          ['2', topic],
        ],
      )
    } finally {
      await history.close()
    }
  })

  it('proves who it is with a certificate', async () => {
    const { authority, client } = broker.certificates
    bus = { ...bus, url: broker.tlsUrl, tls: { authority, certificate: client.certificate, key: client.key } }
    await listen()
    await publish([body(1)])
    await heard(1)
  })

  it('lets a check of a shared repository run on what it heard', async () => {
    const { stores, now } = server.services
    const lint = await stores.packages.ensure({ namespace: 'dist', name: 'lint' }, now())
    const checks = [sampleCheck({ for: ['rpms/*'] })]
    const registration = {
      packageId: lint.id,
      branch: 'main',
      commit: 'b'.repeat(40),
      pushedBy: null,
      checks,
    }
    await stores.registrations.add({ ...registration, createdAt: now() }, true)
    await listen()
    await publish([body(1)])
    const execution = await until('its execution', async () => (await stores.executions.waiting(1))[0])
    assert.equal((await stores.executions.get(execution.id)).package, 'rpms/bash')
  })
})
