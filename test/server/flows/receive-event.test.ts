import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { receiveEvent } from '../../../server/flows/receive-event.ts'
import { sweep } from '../../../server/flows/sweep.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { sampleCheck } from '../../support/checks.ts'
import { addHello, addPackage, announce, buildEvent } from '../../support/site.ts'

onEachDatabase('receiving an event', (open) => {
  let database: TestDatabase
  let server: TestServer

  before(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    await addHello(server.services, [
      sampleCheck(),
      sampleCheck({ name: 'second' }),
      sampleCheck({ name: 'exotic', arch: ['s390x'] }),
      sampleCheck({ name: 'online', network: 'internet' }),
    ])
  })
  after(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  it('leads to one execution per check and architecture', async () => {
    const { build, executions } = await announce(server.services)
    assert.equal(build.package, 'deb/hello')
    assert.deepEqual(executions.map(({ check }) => check).sort(), ['online', 'second', 'smoke'])
  })

  it('answers a repeat with the same build and executions', async () => {
    const event = buildEvent()
    const first = await receiveEvent(server.services, event)
    const again = await receiveEvent(server.services, event)
    assert.equal(again.build.id, first.build.id)
    assert.deepEqual(ids(again), ids(first))
    assert.deepEqual([first.repeated, again.repeated], [false, true])
  })

  it('stores one build when the same event arrives many times at once', async () => {
    const event = buildEvent()
    const answers = await Promise.all(Array.from({ length: 8 }, () => receiveEvent(server.services, event)))
    assert.equal(new Set(answers.map(({ build }) => build.id)).size, 1)
    assert.equal(new Set(answers.map((answer) => ids(answer).join())).size, 1)
  })

  it('refuses a package that nobody added, says how to add it, and stores nothing', async () => {
    const event = buildEvent({ package: 'deb/unknown' })
    await assert.rejects(receiveEvent(server.services, event), {
      code: 'UNKNOWN_PACKAGE',
      message: /assay package add deb\/unknown/,
    })
    assert.equal(await server.services.stores.events.find(event.source, event.id), null)
  })

  it('finishes as skipped, with the reason and a result, what the site cannot run', async () => {
    const { executions } = await announce(server.services, { architectures: ['x86_64', 's390x'] })
    const reasons = new Map(
      executions.map(({ check, arch, outcome, note }) => [`${check} ${arch}`, [outcome, note]]),
    )
    assert.deepEqual(reasons.get('exotic s390x'), [
      'skipped',
      'This site has no machines of architecture s390x.',
    ])
    assert.equal(reasons.get('online x86_64')?.[0], 'skipped')
    const online = executions.find(({ check }) => check === 'online')!
    const [result] = await server.services.stores.results.of(online.id)
    assert.deepEqual([result?.testcase, result?.outcome], ['deb.hello.online', 'skipped'])
  })

  it('skips what was registered and asks for more than the site gives by now', async () => {
    const { services } = server
    const name = 'deb/large'
    const large = sampleCheck({ name: 'large', for: [name], memoryMiB: 8192 })
    const slow = sampleCheck({ name: 'slow', for: [name], timeoutSeconds: 7200 })
    await addPackage(services, name, [large, slow, sampleCheck({ name: 'small', for: [name] })])
    services.settings.checks = { memoryMiB: 4096, timeoutMinutes: 60 }
    const { executions } = await announce(services, { package: name, version: '1' })
    delete services.settings.checks
    assert.deepEqual(
      executions.map(({ check, state, note }) => [check, state, note]),
      [
        ['large', 'finished', 'It asks for 8G of memory (at most 4G of memory): push it again with less.'],
        ['slow', 'finished', 'It asks for 2h of time (at most 1h of time): push it again with less.'],
        ['small', 'scheduled', null],
      ],
    )
  })

  it('skips what no runner has a host with memory for', async () => {
    const { services } = server
    const name = 'deb/roomy'
    await addPackage(services, name, [sampleCheck({ for: [name], memoryMiB: 8192 })])
    const facts = { accelerator: null, architectures: ['x86_64'], images: [], qemu: '' }
    const say = (memoryMiB: number) =>
      services.stores.runners.put({
        id: 'small',
        instance: randomUUID(),
        facts: { ...facts, memoryMiB },
        seenAt: services.now(),
      })
    const made = async (version: string) =>
      (await announce(services, { package: name, version })).executions[0]?.note
    await say(4096)
    assert.match((await made('1')) ?? '', /It asks for 8G of memory: the largest machine .* is of 4G\./)
    await say(8192)
    assert.equal(await made('2'), null)
  })

  it('skips a test that needs to know the source package where the build was announced without', async () => {
    const { services } = server
    const dep8 = {
      kind: 'file',
      user: 'root',
      allowStderr: false,
      depends: '@builddeps@',
      source: true,
    } as const
    const name = 'deb/sourceless'
    await addPackage(services, name, [sampleCheck({ name: 'unit', for: [name], dep8 })])
    const dsc = { name: 'x_1.dsc', url: 'http://archive.example/x_1.dsc', sha256: '0'.repeat(64) }
    const [without] = (await announce(services, { package: name, version: '1' })).executions
    const [beside] = (await announce(services, { package: name, version: '2', artifacts: [dsc] })).executions
    assert.equal(without?.outcome, 'skipped')
    assert.match(without.note ?? '', /announced without a \.dsc/)
    assert.equal(beside?.state, 'scheduled')
  })

  it('makes up for executions that a crash kept from being made', async () => {
    const { services } = server
    const hello = await services.stores.packages.get({ namespace: 'deb', name: 'hello' })
    const buildId = randomUUID()
    await services.transaction(async ({ builds, events }) => {
      const facts = {
        release: 'bookworm',
        version: '1',
        architectures: ['x86_64'],
        artifacts: [],
        origin: null,
      }
      await builds.insert([{ id: buildId, packageId: hello.id, ...facts, createdAt: services.now() }])
      const event = { source: 'urn:crash', eventId: randomUUID(), type: 't', body: '{}' }
      await events.insert({ ...event, receivedAt: services.now(), buildId })
    })
    await sweep(services, services.now())
    const made = await services.stores.executions.ofBuild(buildId)
    assert.equal(made.length, 3)
    await sweep(services, services.now())
    assert.equal((await services.stores.executions.ofBuild(buildId)).length, 3)
  })
})

const ids = ({ executions }: { executions: { id: string }[] }): string[] => executions.map(({ id }) => id)
