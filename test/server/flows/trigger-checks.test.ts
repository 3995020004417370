/** Checks that run when something else than a build is heard. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Check } from '../../../core/check.ts'
import { hearMessages } from '../../../server/listeners/bus/hear-messages.ts'
import { readBody } from '../../../server/listeners/bus/read-message.ts'
import { sampleCheck } from '../../support/checks.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { assertProblem } from '../../support/problem.ts'
import { passed, testRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addPackage, announce } from '../../support/site.ts'

const tagged = 'org.example.tagged'

onEachDatabase('an event that is no build', (open) => {
  let database: TestDatabase
  let server: TestServer
  let token: string

  beforeEach(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    token = await server.token('ci', ['events'])
  })
  afterEach(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  const declare = (name: string, ...checks: Partial<Check>[]): Promise<unknown> =>
    addPackage(
      server.services,
      name,
      checks.map((check) => sampleCheck({ for: [name], ...check })),
    )
  const send = (event: object): Promise<Response> =>
    fetch(`${server.url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({
        specversion: '1.0',
        id: randomUUID(),
        source: 'urn:test',
        type: tagged,
        ...event,
      }),
    })
  /** `check version release` of what it led to. */
  const ledTo = async (response: Response): Promise<string[]> => {
    assert.equal(response.status, 202, await response.clone().text())
    const { executions } = (await response.json()) as { executions: Record<string, string>[] }
    return executions.map((one) => [one['check'], one['version'], one['release']].join(' ')).sort()
  }

  it('runs the checks that ask for it on the newest build for each release, and no others', async () => {
    await declare(
      'deb/hello',
      { name: 'usual' },
      { name: 'relink', on: { type: 'org.example.*' } },
      { name: 'deaf', on: { type: 'x' } },
    )
    for (const [version, release] of [
      ['1', 'sid'],
      ['2', 'bookworm'],
      ['3', 'sid'],
    ] as const)
      await announce(server.services, { version, release })
    assert.deepEqual(await ledTo(await send({})), ['relink 2 bookworm', 'relink 3 sid'])
  })

  it('leads to nothing more when it comes again, and is kept whole', async () => {
    await declare('deb/hello', { name: 'relink', on: { type: tagged } })
    await announce(server.services)
    const event = { id: 'once', data: { tag: 'f41' }, severity: 'high' }
    const [first, again] = [await send(event), await send(event)]
    const [one, other] = (await Promise.all([first.json(), again.json()])) as {
      executions: { id: string; event: number }[]
    }[]
    assert.equal(one!.executions.length, 1)
    assert.deepEqual(
      other!.executions.map(({ id }) => id),
      one!.executions.map(({ id }) => id),
    )
    const stored = await server.services.stores.events.get(one!.executions[0]!.event)
    assert.deepEqual((JSON.parse(stored.body) as { data: unknown }).data, { tag: 'f41' })
    const page = await fetch(`${server.url}/executions/${one!.executions[0]!.id}`, {
      headers: { accept: 'text/html' },
    })
    assert.match(await page.text(), /Called for by[^]*org\.example\.tagged[^]*urn:test/)
  })

  it('runs nothing beside what still waits on the same build, and runs again after it', async () => {
    await declare('deb/hello', { name: 'relink', on: { type: tagged } })
    await announce(server.services)
    const first = (await (await send({})).json()) as { executions: { id: string }[] }
    assert.deepEqual(await ledTo(await send({})), [])
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    await runner.report(await runner.take(first.executions[0]!.id), passed)
    assert.equal((await ledTo(await send({}))).length, 1)
  })

  it('is refused where no check asks for it, and nothing is kept of it', async () => {
    await declare('deb/hello', { name: 'relink', on: { type: 'other' } })
    await announce(server.services)
    await assertProblem(await send({ id: 'unwanted' }), 422, 'UNKNOWN_EVENT_TYPE')
    assert.equal(await server.services.stores.events.find('urn:test', 'unwanted'), null)
  })

  it('about one package is heard by its own checks and by shared ones that are for it', async () => {
    const on = { type: tagged }
    await declare('deb/hello', { name: 'own', on })
    await declare('deb/other', { name: 'other', on }, { name: 'curious', on: { subject: 'deb/hello' } })
    await declare(
      'dist/all',
      { name: 'shared', on, for: ['deb/h*'] },
      { name: 'elsewhere', on, for: ['rpms/*'] },
    )
    await announce(server.services, { version: '1' })
    await announce(server.services, { package: 'deb/other', version: '9' })
    assert.deepEqual(await ledTo(await send({ subject: 'deb/hello' })), [
      'curious 9 bookworm',
      'own 1 bookworm',
      'shared 1 bookworm',
    ])
  })

  it('is no longer asked for once the branch does not declare it', async () => {
    await declare('deb/hello', { name: 'relink', on: { type: tagged } })
    await announce(server.services)
    await declare('deb/hello', { name: 'usual' })
    await assertProblem(await send({}), 422, 'UNKNOWN_EVENT_TYPE')
  })

  it('is heard with the longest id of all, and about packages that no repository can be called by', async () => {
    const { services } = server
    await services.stores.listeners.ensure('fedora', 'bus')
    await declare('rpms/bash', { name: 'updated', on: { type: '*.bodhi.update.*' } })
    await declare('dist/all', { name: 'shared', on: { type: '*' }, for: ['rpms/*'] })
    await announce(services, { package: 'rpms/bash', version: '1-1' })
    const builds = ['bash-5.2-1.fc41', 'odd.git-1-1', 'a..b-1-1'].map((nvr) => ({ nvr }))
    const bytes = Buffer.from(JSON.stringify({ update: { builds: [...builds, { nvr: 'zsh-1-1' }] } }))
    const topic = 'org.fedoraproject.prod.bodhi.update.edit'
    const message = { topic, id: 'x'.repeat(256), sentAt: null, bytes, ...readBody(bytes) }
    const bus = { name: 'fedora', queue: 'q', bindings: ['#'] }
    assert.deepEqual(await hearMessages(services, bus, [message]), ['stored'])
    assert.deepEqual(await hearMessages(services, bus, [message]), ['repeated'])
    assert.equal((await services.stores.executions.waiting(10)).length, 2)
  })

  it('is not given up when a newer build supersedes what waits of the older one', async () => {
    await declare('deb/hello', { name: 'usual' }, { name: 'relink', on: { type: tagged } })
    server.services.settings.rules = { supersede: true }
    await announce(server.services, { version: '1' })
    await send({})
    await announce(server.services, { version: '2' })
    const { stores } = server.services
    const waiting = await Promise.all(
      (await stores.executions.waiting(10)).map(({ id }) => stores.executions.get(id)),
    )
    assert.deepEqual(waiting.map(({ check, version }) => `${check} ${version}`).sort(), [
      'relink 1',
      'usual 2',
    ])
  })

  it('finds a build that comes with it', async () => {
    const { services } = server
    await services.stores.listeners.ensure('fedora', 'bus')
    await declare('rpms/bash', { name: 'tagged', on: { type: '*.buildsys.tag' } })
    const bus = { name: 'fedora', queue: 'q', bindings: ['#'] }
    const message = (topic: string, body: object) => {
      const bytes = Buffer.from(JSON.stringify(body))
      return { topic: `org.fedoraproject.prod.${topic}`, id: topic, sentAt: null, bytes, ...readBody(bytes) }
    }
    const built = {
      build_id: 1,
      name: 'bash',
      version: '5.2',
      release: '1.fc41',
      epoch: null,
      attribute: 'state',
    }
    const outcomes = await hearMessages(services, bus, [
      message('buildsys.tag', { name: 'bash', tag: 'f41' }),
      message('buildsys.build.state.change', { ...built, new: 1, instance: 'primary', request: null }),
    ])
    assert.deepEqual(outcomes, ['stored', 'stored'])
    const [waiting] = await services.stores.executions.waiting(10)
    assert.equal((await services.stores.executions.get(waiting!.id)).version, '5.2-1.fc41')
  })

  it('is heard from a bus, for each package that it is about, once', async () => {
    const { services } = server
    await services.stores.listeners.ensure('fedora', 'bus')
    const on = { type: '*.bodhi.update.*' }
    await declare('rpms/bash', { name: 'updated', on })
    await declare('rpms/zsh', { name: 'updated', on })
    await declare('rpms/ksh', { name: 'updated', on })
    for (const name of ['rpms/bash', 'rpms/zsh', 'rpms/ksh'])
      await announce(services, { package: name, version: '1-1' })
    const bus = { name: 'fedora', queue: 'q', bindings: ['#'] }
    const message = (topic: string, body: object) => {
      const bytes = Buffer.from(JSON.stringify(body))
      return { topic, id: topic, sentAt: null, bytes, ...readBody(bytes) }
    }
    const builds = [{ nvr: 'bash-5.2-1.fc41' }, { nvr: 'zsh-5-1.fc41' }]
    const update = message('org.fedoraproject.prod.bodhi.update.edit', { update: { builds } })
    const chatter = message('org.fedoraproject.prod.wiki.edit', {})
    assert.deepEqual(await hearMessages(services, bus, [update, chatter, update]), [
      'stored',
      'ignored',
      'repeated',
    ])
    const waiting = await services.stores.executions.waiting(100)
    const names = await Promise.all(
      waiting.map(async ({ id }) => (await services.stores.executions.get(id)).package),
    )
    assert.deepEqual(names.sort(), ['rpms/bash', 'rpms/zsh'])
    const [listener] = await services.stores.listeners.list()
    assert.match(listener?.heard ?? '', /bodhi\.update\.edit rpms\/bash rpms\/zsh/)
  })
})
