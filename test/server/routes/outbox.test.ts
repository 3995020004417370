import assert from 'node:assert/strict'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { settingsFile } from '../../support/settings.ts'
import { addHello, announce, oneExecution } from '../../support/site.ts'

interface DeliveryJson {
  id: number
  state: string
  publisher: string
  subject: string
  message: string
  body: { phase: string; execution: { reason: string | null } }
}

describe('the outbox over HTTP', () => {
  let folder: TemporaryFolder
  let server: TestServer
  let admin: string
  let execution: string

  before(async () => {
    folder = await temporaryFolder()
    // A broker that is not there: everything stays in the outbox.
    const fedoraMessaging = { topicPrefix: 'org.example', url: 'amqp://127.0.0.1:1' }
    const file = await settingsFile(folder.path, { publishers: { fedoraMessaging } })
    server = await startTestServer({ settingsFile: file })
    admin = await server.token('root', ['admin'])
    await addHello(server.services)
    execution = await oneExecution(server.services)
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  const ask = (path: string, token: string, method = 'GET'): Promise<Response> =>
    fetch(`${server.url}/api/v1/outbox${path}`, { method, headers: { authorization: `Bearer ${token}` } })
  const list = async (query = ''): Promise<DeliveryJson[]> =>
    ((await (await ask(query, admin)).json()) as { data: DeliveryJson[] }).data

  it('shows admins what waits for whom', async () => {
    const [only, ...others] = await list()
    assert.deepEqual(others, [])
    assert.equal(only?.subject, execution)
    assert.equal(only.publisher, 'fedora-messaging')
    assert.equal(only.state, 'waiting')
    assert.deepEqual(await list('?state=dead'), [])
    assert.deepEqual(await list('?publisher=nobody'), [])
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    assert.match(metrics, /assay_outbox_deliveries\{publisher="fedora-messaging",state="waiting"\} 1/)
  })

  it('is closed to everybody else', async () => {
    const token = await server.token('ann', ['push', 'events'])
    await assertProblem(await ask('', token), 403, 'FORBIDDEN')
    await assertProblem(await ask('/1/resend', token, 'POST'), 403, 'FORBIDDEN')
  })

  it('tells the end also of what a newer build made needless', async () => {
    server.services.settings.rules = { supersede: true }
    const [old] = (await announce(server.services, { release: 'sid', version: '1' })).executions
    await announce(server.services, { release: 'sid', version: '2' })
    const told = (await list()).filter(({ subject }) => subject === old?.id).map(({ body }) => body)
    assert.deepEqual(
      told.map(({ phase, execution: { reason } }) => [phase, reason]),
      [
        ['finished', 'superseded'],
        ['scheduled', null],
      ],
    )
  })

  it('sends a message that was set aside once more', async () => {
    const { stores, now } = server.services
    const [{ id }] = (await list()) as [DeliveryJson]
    await assertProblem(await ask(`/${id}/resend`, admin, 'POST'), 409, 'ILLEGAL_DELIVERY')
    await assertProblem(await ask('/99999/resend', admin, 'POST'), 404, 'NOT_FOUND')
    await stores.outbox.advance(await stores.outbox.find(id), 'giveUp', { now: now(), problem: 'no' })
    assert.equal((await list('?state=dead')).length, 1)
    const answer = (await (await ask(`/${id}/resend`, admin, 'POST')).json()) as DeliveryJson
    assert.equal(answer.state, 'waiting')
  })
})
