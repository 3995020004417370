import assert from 'node:assert/strict'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { fillMessages } from '../../support/messages.ts'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'

interface ListenerJson {
  name: string
  active: boolean
  lag: number | null
  stored: number
  repeated: number
  setAside: number
  trouble: string | null
  ignored: { rule: string; count: number }[]
}

describe('listeners and what they heard', () => {
  let folder: TemporaryFolder
  let server: TestServer
  let admin: string
  let aside: number

  before(async () => {
    folder = await temporaryFolder()
    const quiet = { name: 'quiet', url: 'amqp://127.0.0.1:1', queue: 'q', bindings: ['#'] }
    const file = await settingsFile(folder.path, { listeners: { buses: [quiet] } })
    server = await startTestServer({ settingsFile: file })
    admin = await server.token('root', ['admin'])
    aside = await fillMessages(server.services)
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  const ask = (path: string, token?: string): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
    })
  const get = async <T>(path: string, token?: string): Promise<T> =>
    (await ask(path, token)).json() as Promise<T>

  it('are told to everybody: what was heard, how late, and what was ignored by which rule', async () => {
    const { data } = await get<{ data: ListenerJson[] }>('/api/v1/listeners')
    assert.deepEqual(
      data.map(({ name, active, lag, stored, repeated, setAside }) => [
        ...[name, active, lag, stored, repeated, setAside],
      ]),
      [
        ['debian', false, 2500, 1, 1, 0],
        ['fedora', false, null, 0, 0, 2],
        ['quiet', true, null, 0, 0, 0],
      ],
    )
    assert.deepEqual(
      data[1]?.ignored.map(({ rule, count }) => [rule, count]),
      [
        ['otherTopic', 12_345],
        ['scratch', 1],
      ],
    )
    assert.equal(data[1].trouble, 'The broker cannot be reached.')
  })

  it('come in pages', async () => {
    const first = await get<{ data: ListenerJson[]; next: string }>('/api/v1/listeners?limit=2')
    const second = await get<{ data: ListenerJson[]; next: null }>(
      `/api/v1/listeners?limit=2&cursor=${first.next}`,
    )
    assert.deepEqual(
      [...first.data, ...second.data].map(({ name }) => name),
      ['debian', 'fedora', 'quiet'],
    )
    assert.equal(second.next, null)
  })

  it('keep what they could not understand for admins, with what it says', async () => {
    const { data } = await get<{ data: { id: number; topic: string; body?: string }[] }>(
      '/api/v1/set-aside',
      admin,
    )
    assert.equal(data.length, 2)
    assert.ok(data.every((one) => !('body' in one)))
    const oldest = await get<{ why: string; body: string }>(`/api/v1/set-aside/${data[1]!.id}`, admin)
    assert.deepEqual([oldest.why, oldest.body], ['It is not JSON.', 'not json'])
    const ann = await server.token('ann', ['push', 'events'])
    for (const path of ['/api/v1/set-aside', `/api/v1/set-aside/${aside}`])
      await assertProblem(await ask(path, ann), 403, 'FORBIDDEN')
    await assertProblem(await ask('/api/v1/set-aside/99999', admin), 404, 'NOT_FOUND')
    await assertProblem(await ask('/api/v1/set-aside/none', admin), 404, 'NOT_FOUND')
  })

  it('are on a page beside what each publisher still has to send', async () => {
    const view = await get<{ setAside: object[]; publishers: Record<string, unknown>[] }>('/messages')
    assert.ok(view.setAside.length === 2 && view.setAside.every((one) => !('body' in one)))
    assert.deepEqual(
      view.publishers.map(({ name, active, waiting, dead }) => [name, active, waiting, dead]),
      [
        ['fedora-messaging', false, 2, 0],
        ['webhook gone', false, 1, 1],
      ],
    )
    assert.match(String(view.publishers[0]?.['oldestAt']), /^\d{4}-.*Z$/)
    const page = await (await fetch(`${server.url}/messages`)).text()
    for (const words of [
      '1 listener',
      '3 messages to send, 1 given up',
      '2.5 s after it was sent',
      'otherTopic',
    ])
      assert.ok(page.replaceAll(/\s+/g, ' ').includes(words), words)
  })
})
