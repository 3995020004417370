import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { FedoraMessagingSettings } from '../../../schemas/types.gen.ts'
import { assay, startAssay, type Service } from '../../support/assay.ts'
import { openBus, type Bus, type Heard } from '../../support/bus.ts'
import { deafProxy } from '../../support/deaf-proxy.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import type { Broker } from '../../support/rabbitmq.ts'
import { passed, reportOf, testRunner, type TestRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'
import { shared } from '../../support/shared.ts'
import { addHello, addPackage, announce, oneExecution } from '../../support/site.ts'
import { until } from '../../support/until.ts'

const contact = { name: 'Assay', team: 'QA', docs: 'https://example.org/docs', email: 'qa@example.org' }
const failed = reportOf(
  { phase: 'check', how: 'exited', exitCode: 1 },
  { results: [{ name: 'greets', outcome: 'failed', note: 'said nothing' }] },
)

describe('publishing in the form of Fedora Messaging', () => {
  let broker: Broker
  let bus: Bus
  let folder: TemporaryFolder
  let server: TestServer | undefined
  let runner: TestRunner

  before(async function () {
    this.timeout(150_000)
    broker = await shared<Broker>('rabbitmq')
  })
  beforeEach(async () => {
    folder = await temporaryFolder()
    bus = await openBus(broker.url)
  })
  afterEach(async () => {
    await server?.close()
    server = undefined
    await bus[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const settings = (more: Partial<FedoraMessagingSettings> = {}): Promise<string> => {
    const fedoraMessaging = { topicPrefix: 'org.fedoraproject.test', exchange: bus.exchange, ...more }
    return settingsFile(folder.path, { publishers: { fedoraMessaging } })
  }
  const start = async (more: Partial<FedoraMessagingSettings> = {}): Promise<TestServer> => {
    server = await startTestServer({ amqpUrl: broker.url, settingsFile: await settings(more) })
    runner = testRunner(server.url, await server.token('r', ['runner']))
    await addHello(server.services)
    return server
  }
  const topicsOf = (all: readonly Heard[]): string[] =>
    all.map(({ topic }) => topic.replace('org.fedoraproject.test.', ''))
  const phases = ['scheduled', 'running', 'finished'].map((phase) => `assay.execution.${phase}`)

  it('tells in order what happens to an execution', async () => {
    const { services } = await start()
    const id = await oneExecution(services)
    await runner.report(await runner.take(id), failed)
    const all = await bus.hears('three messages', ({ length }) => length === 3)
    assert.deepEqual(topicsOf(all), phases)
    const { body, properties } = all[2]!
    assert.equal(body['outcome'], 'failed')
    assert.equal(body['url'], `${server?.url}/executions/${id}`)
    assert.equal(properties.contentType, 'application/json')
    assert.equal(properties.deliveryMode, 2)
    const headers = properties.headers ?? {}
    assert.equal(headers['fedora_messaging_schema'], 'base.message')
    assert.equal(headers['fedora_messaging_severity'], 20)
    assert.match(String(headers['sent-at']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
    assert.equal(new Set(all.map((one) => one.id)).size, 3)
  })

  it('tells of each result exactly what ResultsDB shows', async () => {
    const { services, url } = await start({ resultsdb: true })
    await runner.report(await runner.take(await oneExecution(services)), failed)
    const all = await bus.hears('both results', ({ length }) => length === 5)
    const results = all.filter(({ topic }) => topic.endsWith('.resultsdb.result.new'))
    assert.equal(results.length, 2)
    for (const { body } of results) {
      const shown = await fetch(`${url}/api/v2.0/results/${String(body['id'])}`)
      assert.deepEqual(body, await shown.json())
    }
  })

  it('tells of results that others post as ResultsDB would, where that is wanted', async () => {
    const { url, token } = await start({ resultsdb: true })
    const posted = await fetch(`${url}/api/v2.0/results`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await token('ci', ['results'])}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ outcome: 'PASSED', testcase: 'dist.lint', data: { item: 'bash-5.2-1.fc41' } }),
    })
    assert.equal(posted.status, 201, await posted.clone().text())
    const [{ topic, body }] = (await bus.hears('the result', ({ length }) => length === 1)) as [Heard]
    assert.equal(topic, 'org.fedoraproject.test.resultsdb.result.new')
    assert.deepEqual(body, await posted.json())
  })

  it('joins the phases of the CI message schema by the id of the pipeline', async () => {
    const { services } = await start({ ci: contact })
    await addPackage(services, 'rpms/bash')
    const origin = 'https://koji.example.org/koji/taskinfo?taskID=4711'
    const { executions } = await announce(services, {
      package: 'rpms/bash',
      release: 'f44',
      version: 'bash-5.3-1.fc44',
      origin,
    })
    await runner.report(await runner.take(executions[0]?.id ?? ''), passed)
    const all = await bus.hears('six messages', ({ length }) => length === 6)
    const ci = all.filter(({ topic }) => topic.includes('.ci.'))
    assert.deepEqual(
      topicsOf(ci),
      ['queued', 'running', 'complete'].map((phase) => `ci.koji-build.test.${phase}`),
    )
    assert.equal(new Set(ci.map(({ body }) => (body['pipeline'] as { id: string }).id)).size, 1)
    const { artifact, test } = ci[2]?.body as { artifact: object; test: { result: string } }
    assert.deepEqual(artifact, {
      type: 'koji-build',
      id: 4711,
      nvr: 'bash-5.3-1.fc44',
      component: 'bash',
      issuer: 'koji',
      scratch: false,
    })
    assert.equal(test.result, 'passed')
  })

  it('sends again, under the same id, what was not confirmed when the server was killed', async () => {
    await using proxy = await deafProxy(Number(new URL(broker.url).port), 'assay.execution')
    const data = join(folder.path, 'data')
    const file = await settings()
    const before = await startTestServer({ data, databaseUrl: join(data, 'assay.sqlite') })
    await addHello(before.services)
    await before.close()
    const environment = {
      ASSAY_DATA: data,
      ASSAY_SETTINGS: file,
      ASSAY_URL: 'https://assay.example.org',
    }
    const serve = async (url: string): Promise<Service> => {
      const service = startAssay({ ...environment, AMQP_URL: url }, 'serve')
      await until('the server to serve', () => /Assay is at/.test(service.said()))
      return service
    }
    await using killed = await serve(`amqp://127.0.0.1:${proxy.port}`)
    const build = ['--package', 'deb/hello', '--release', 'bookworm', '--version', '1']
    assert.equal((await assay(environment, 'event', 'send', ...build)).code, 0)
    const [first] = await bus.hears('the broker to have it', ({ length }) => length === 1)
    await killed.murder()
    await using restarted = await serve(broker.url)
    const [, second] = await bus.hears('the broker to have it again', ({ length }) => length === 2)
    assert.equal(restarted.child.exitCode, null)
    assert.equal(second?.id, first?.id)
    assert.deepEqual(second?.body, first?.body)
    await until('nothing to be left', async () => {
      const { out } = await assay(environment, 'outbox', '--json')
      return out.trim() === '[]'
    })
  })
})
