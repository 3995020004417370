/** What a consumer makes of a real broker's messages, whatever happens to them or to it. amqp-connection.test.ts kills the broker. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { startAssay } from '../../support/assay.ts'
import { bodyOf as body, busHearing, topic } from '../../support/bus-hearing.ts'
import { sampleCheck } from '../../support/checks.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { listenOn } from '../../support/listen.ts'
import type { Broker } from '../../support/rabbitmq.ts'
import { startTestServer } from '../../support/server.ts'
import { shared } from '../../support/shared.ts'
import { until } from '../../support/until.ts'

describe('consuming a bus', function () {
  this.timeout(180_000)
  let broker: Broker

  before(async () => {
    broker = await shared<Broker>('rabbitmq')
  })
  const hearing = busHearing(() => broker)
  const { listen, consumers, publish, versions, state, heard, left } = hearing

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
    const counts = await hearing.server.services.stores.listeners.ignored()
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
    const aside = await hearing.server.services.stores.setAside.list({ limit: 100 })
    assert.equal(aside.length, hostile.length)
    assert.equal(aside[0]?.body, null)
    assert.ok(aside.every(({ why }) => why.length > 10))
    await until('all to be acknowledged', async () => (await left()) === 0)
  })

  it('loses and doubles nothing when the server is killed between storing and acknowledging', async () => {
    await using folder = await temporaryFolder()
    const settings = `${folder.path}/settings.yaml`
    await writeFile(settings, JSON.stringify({ listeners: { buses: [hearing.bus] } }))
    const environment = { ASSAY_DATA: `${folder.path}/data`, ASSAY_SETTINGS: settings }
    await hearing.server.close()
    const onceMore = async (): Promise<void> => {
      const databaseUrl = `${environment.ASSAY_DATA}/assay.sqlite`
      hearing.server = await startTestServer({ data: environment.ASSAY_DATA, databaseUrl })
    }
    await onceMore()
    await hearing.server.services.stores.packages.ensure(
      { namespace: 'rpms', name: 'bash' },
      hearing.server.services.now(),
    )
    await hearing.server.close()
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
    await until('all builds to be there', async () => (await versions()).length >= 400)
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
      hearing.bus = { ...hearing.bus, history: { url: `${history.url}/v2/search`, topics: [topic] } }
      await listen()
      await publish([body(7)])
      await heard(1)
      assert.equal(asked.length, 0, 'who never listened has missed nothing')
      await hearing.listener!.close()
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
    const tls = { authority, certificate: client.certificate, key: client.key }
    hearing.bus = { ...hearing.bus, url: broker.tlsUrl, tls }
    await listen()
    await publish([body(1)])
    await heard(1)
  })

  it('lets a check of a shared repository run on what it heard', async () => {
    const { stores, now } = hearing.server.services
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
