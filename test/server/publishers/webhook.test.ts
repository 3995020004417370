import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WebhookSettings } from '../../../schemas/types.gen.ts'
import { isSigned } from '../../../server/signature.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { listenOn } from '../../support/listen.ts'
import { passed, testRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'
import { addHello, oneExecution } from '../../support/site.ts'
import { until } from '../../support/until.ts'

interface Call {
  headers: IncomingHttpHeaders
  body: Buffer
  event: { id: string; type: string; subject: string; data: Record<string, unknown> }
}

describe('publishing to a webhook', () => {
  const secret = 'between us'
  let folder: TemporaryFolder
  let receiver: { url: string; close: () => Promise<void> }
  let calls: Call[]
  /** What the receiver answers next; 204 when there is nothing. */
  let answers: number[]
  let server: TestServer | undefined

  beforeEach(async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder.path, 'secret'), `${secret}\n`)
    calls = []
    answers = []
    receiver = await listenOn(
      createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const body = Buffer.concat(chunks)
          calls.push({ headers: request.headers, body, event: JSON.parse(body.toString()) as Call['event'] })
          response.writeHead(answers.shift() ?? 204).end()
        })
      }),
    )
  })
  afterEach(async () => {
    await server?.close()
    server = undefined
    await receiver.close()
    await folder[Symbol.asyncDispose]()
  })

  const runOne = async (more: Partial<WebhookSettings> = {}): Promise<string> => {
    const hook = { url: `${receiver.url}/hook`, secretFile: join(folder.path, 'secret'), ...more }
    const file = await settingsFile(folder.path, { publishers: { webhooks: { ours: hook } } })
    server = await startTestServer({ settingsFile: file })
    await addHello(server.services)
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    const id = await oneExecution(server.services)
    await runner.report(await runner.take(id), passed)
    await until(
      'all to be delivered',
      async () => (await server!.services.stores.outbox.unfinished()).length === 0,
    )
    return id
  }
  const types = (): string[] => calls.map(({ event }) => event.type)

  it('sends signed CloudEvents in order', async () => {
    const id = await runOne()
    const phases = ['scheduled', 'running', 'finished']
    assert.deepEqual(
      types(),
      phases.map((phase) => `dev.assay.execution.${phase}.v1`),
    )
    for (const { headers, body, event } of calls) {
      assert.ok(isSigned(secret, body, String(headers['x-assay-signature'])))
      assert.match(String(headers['content-type']), /^application\/cloudevents\+json/)
      assert.equal(event.subject, id)
    }
    assert.equal(calls[2]?.event.data['outcome'], 'passed')
  })

  it('speaks the words of CDEvents when asked to', async () => {
    await runOne({ vocabulary: 'cdevents' })
    const words = ['queued', 'started', 'finished']
    assert.deepEqual(
      types(),
      words.map((word) => `dev.cdevents.testcaserun.${word}.0.2.0`),
    )
    const { subject } = calls[2]?.event.data as { subject: { content: { outcome: string } } }
    assert.equal(subject.content.outcome, 'pass')
  })

  it('sends again, under the same id and before what follows, what was not taken', async () => {
    answers = [503, 500]
    await runOne()
    const [first, again, once] = calls
    assert.equal(again?.event.id, first?.event.id)
    assert.equal(once?.event.id, first?.event.id)
    assert.equal(new Set(calls.map(({ event }) => event.id)).size, 3)
    assert.deepEqual(
      types().slice(2),
      ['scheduled', 'running', 'finished'].map((phase) => `dev.assay.execution.${phase}.v1`),
    )
  })
})
