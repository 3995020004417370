import assert from 'node:assert/strict'
import { sampleCheck } from '../../support/checks.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'
import { addPackage, announce } from '../../support/site.ts'

const koji = JSON.stringify({
  ...{ build_id: 7, name: 'bash', version: '5.2', release: '7.fc41', attribute: 'state' },
  ...{ new: 1, instance: 'primary', owner: 'ann', request: null },
})

describe('what came once, taken again', () => {
  let folder: TemporaryFolder
  let server: TestServer
  let admin: string

  before(async () => {
    folder = await temporaryFolder()
    const fedora = { name: 'fedora', url: 'amqp://127.0.0.1:1', queue: 'q', bindings: ['#'] }
    const file = await settingsFile(folder.path, { listeners: { buses: [fedora] } })
    server = await startTestServer({ settingsFile: file })
    admin = await server.token('root', ['admin'])
    await addPackage(server.services, 'rpms/bash')
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  const ask = (path: string, method = 'POST', token = admin): Promise<Response> =>
    fetch(`${server.url}/api/v1/${path}`, { method, headers: { authorization: `Bearer ${token}` } })
  const post = async <T>(path: string): Promise<T> => (await ask(path)).json() as Promise<T>
  const setAside = async (body: string | null, listener = 'fedora'): Promise<number> => {
    const { setAside: kept } = server.services.stores
    const topic = 'org.fedoraproject.test.buildsys.build.state.change'
    const message = { listener, topic, messageId: `${listener} ${body}`, why: 'Unknown then.', size: 4 }
    await kept.add({ ...message, body, setAsideAt: server.services.now() })
    return (await kept.list({ limit: 1 }))[0]!.id
  }

  it('an event has the checks run that were pushed since, and none of those that ran', async () => {
    const { executions } = await announce(server.services, { package: 'rpms/bash' })
    const { data } = (await (await ask('events', 'GET')).json()) as {
      data: { id: number; build: string; scheduledAt: string | null }[]
    }
    assert.equal(data[0]?.build, executions[0]?.buildId)
    const path = `events/${data[0]!.id}/replay`
    assert.deepEqual((await post<{ executions: object[] }>(path)).executions, [])
    await addPackage(server.services, 'dist/lint', [sampleCheck({ name: 'later', for: ['rpms/*'] })])
    const again = await post<{ executions: { check: string }[]; event: { scheduledAt: string } }>(path)
    assert.deepEqual(
      again.executions.map(({ check }) => check),
      ['later'],
    )
    assert.ok(again.event.scheduledAt)
    assert.deepEqual((await post<{ executions: object[] }>(path)).executions, [])
  })

  it('a message that can be understood by now becomes what it always meant', async () => {
    const id = await setAside(koji)
    assert.deepEqual(await post(`set-aside/${id}/replay`), { outcome: 'stored', why: null })
    assert.ok((await server.services.stores.builds.list({ limit: 1 }))[0]?.version === '5.2-7.fc41')
    await assertProblem(await ask(`set-aside/${id}/replay`), 404, 'NOT_FOUND')
  })

  it('a message that still makes no sense stays, with what is wrong with it now', async () => {
    const id = await setAside('not json')
    const { outcome, why } = await post<{ outcome: string; why: string }>(`set-aside/${id}/replay`)
    assert.equal(outcome, 'set_aside')
    assert.match(why, /^It is not JSON/)
    assert.equal((await server.services.stores.setAside.get(id)).why, why)
    assert.equal((await server.services.stores.setAside.list({ limit: 10 })).length, 1)
  })

  it('what was not kept whole, or came from nobody known, is refused', async () => {
    await assertProblem(await ask(`set-aside/${await setAside(null)}/replay`), 409, 'NOT_KEPT')
    await assertProblem(await ask(`set-aside/${await setAside('{"a":"\u{FFFD}"}')}/replay`), 409, 'NOT_KEPT')
    await assertProblem(await ask(`set-aside/${await setAside('{}', 'gone')}/replay`), 409, 'LISTENER_GONE')
    await assertProblem(await ask('events/99999/replay'), 404, 'NOT_FOUND')
  })

  it('is for admins to ask for', async () => {
    const ann = await server.token('ann', ['push', 'events'])
    await assertProblem(await ask('events/1/replay', 'POST', ann), 403, 'FORBIDDEN')
    await assertProblem(await ask('set-aside/1/replay', 'POST', ann), 403, 'FORBIDDEN')
    await assertProblem(await ask('events', 'GET', ann), 403, 'FORBIDDEN')
  })
})
