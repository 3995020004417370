import assert from 'node:assert/strict'
import { permissions, type Action, type Scope } from '../../../core/permissions.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, oneExecution } from '../../support/site.ts'

/** Who asks: somebody with a token of one scope. ann maintains deb/hello; eve does not; root is one of the group admins. */
const askers: Record<string, { user: string; scope: Scope } | null> = {
  nobody: null,
  'ann push': { user: 'ann', scope: 'push' },
  'eve push': { user: 'eve', scope: 'push' },
  'root push': { user: 'root', scope: 'push' },
  'ann events': { user: 'ann', scope: 'events' },
  'eve events': { user: 'eve', scope: 'events' },
  results: { user: 'eve', scope: 'results' },
  runner: { user: 'ann', scope: 'runner' },
  admin: { user: 'eve', scope: 'admin' },
}

interface Cell {
  /** METHOD PATH; EXECUTION stands for the id of one. */
  ask: string
  body?: unknown
  headers?: Record<string, string>
  /** All others are refused. */
  may: string[]
}

const maintainers = ['ann push', 'root push', 'ann events', 'root events', 'admin']
const push = { 'content-type': 'application/x-git-receive-pack-request' }

/** Written by hand, not from the table in the code: the two must agree. */
const cells: Record<Action, Cell[]> = {
  'event.send': [{ ask: 'POST /api/v1/events', may: ['ann events', 'eve events', 'admin'] }],
  'event.read': [{ ask: 'GET /api/v1/events', may: ['admin'] }],
  'event.replay': [{ ask: 'POST /api/v1/events/9/replay', may: ['admin'] }],
  'upload.send': [{ ask: 'POST /api/v1/uploads', may: ['ann events', 'eve events', 'admin'] }],
  'result.post': [{ ask: 'POST /api/v2.0/results', body: {}, may: ['results', 'admin'] }],
  'attempt.run': [{ ask: 'POST /runner/v1/hello', body: {}, may: ['runner', 'admin'] }],
  'repository.push': [
    {
      ask: 'POST /git/deb/hello.git/git-receive-pack',
      headers: push,
      may: ['ann push', 'root push', 'admin'],
    },
    {
      ask: 'GET /git/deb/hello.git/info/refs?service=git-receive-pack',
      may: ['ann push', 'root push', 'admin'],
    },
  ],
  'execution.rerun': [{ ask: 'POST /api/v1/executions/EXECUTION/rerun', may: maintainers }],
  'execution.cancel': [{ ask: 'POST /api/v1/executions/EXECUTION/cancel', may: maintainers }],
  'execution.keep': [
    { ask: 'POST /api/v1/executions/EXECUTION/keep', may: maintainers },
    { ask: 'DELETE /api/v1/executions/EXECUTION/keep', may: maintainers },
  ],
  'person.read': [{ ask: 'GET /api/v1/people/ann', may: ['ann push', 'ann events', 'admin'] }],
  'person.subscribe': [
    { ask: 'POST /api/v1/people/ann', body: {}, may: ['ann push', 'ann events', 'admin'] },
  ],
  'person.reach': [{ ask: 'POST /api/v1/people/ann', body: { mail: 'a@example.org' }, may: ['admin'] }],
  'person.free': [{ ask: 'DELETE /api/v1/people/ann/account', may: ['admin'] }],
  'token.make': [{ ask: 'POST /api/v1/tokens', body: { user: 'ann', scopes: [] }, may: ['admin'] }],
  'token.revoke': [{ ask: 'DELETE /api/v1/tokens/somebody', may: ['admin'] }],
  'key.read': [{ ask: 'GET /api/v1/keys?user=ann', may: ['admin'] }],
  'key.add': [{ ask: 'POST /api/v1/keys', body: { user: 'ann' }, may: ['admin'] }],
  'key.remove': [{ ask: 'DELETE /api/v1/keys/1', may: ['admin'] }],
  'package.change': [
    { ask: 'POST /api/v1/packages', body: {}, may: ['admin'] },
    { ask: 'POST /api/v1/ownership', body: {}, may: ['admin'] },
    { ask: 'POST /api/v1/packages/deb/hello', body: {}, may: ['admin'] },
    { ask: 'DELETE /api/v1/packages/deb/hello', may: ['admin'] },
  ],
  'upstream.change': [
    { ask: 'PUT /api/v1/packages/deb/hello/upstream', body: {}, may: ['admin'] },
    { ask: 'DELETE /api/v1/packages/deb/hello/upstream', may: ['admin'] },
  ],
  'upstream.fetch': [
    { ask: 'POST /api/v1/packages/deb/hello/upstream/fetch', may: ['ann push', 'root push', 'admin'] },
  ],
  'group.change': [
    { ask: 'POST /api/v1/groups', body: {}, may: ['admin'] },
    { ask: 'DELETE /api/v1/groups/perl/ann', may: ['admin'] },
  ],
  'outbox.read': [{ ask: 'GET /api/v1/outbox', may: ['admin'] }],
  'outbox.resend': [{ ask: 'POST /api/v1/outbox/1/resend', may: ['admin'] }],
  'message.read': [
    { ask: 'GET /api/v1/set-aside', may: ['admin'] },
    { ask: 'GET /api/v1/set-aside/1', may: ['admin'] },
  ],
  'message.replay': [{ ask: 'POST /api/v1/set-aside/1/replay', may: ['admin'] }],
}

describe('what a token may do', () => {
  let server: TestServer
  let execution: string
  const tokens = new Map<string, string>()

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    await server.services.stores.groups.add('admins', 'root')
    execution = await oneExecution(server.services)
    for (const [name, asker] of Object.entries(askers))
      if (asker) tokens.set(name, await server.token(asker.user, [asker.scope]))
  })
  after(() => server.close())

  const statusFor = async ({ ask, body, headers }: Cell, asker: string): Promise<number> => {
    const [method = '', path = ''] = ask.replace('EXECUTION', execution).split(' ')
    const token = tokens.get(asker)
    const sent = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { ...sent, ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: body === undefined ? null : JSON.stringify(body),
    })
    await response.arrayBuffer()
    return response.status
  }

  for (const [action, asked] of Object.entries(cells))
    for (const cell of asked)
      it(`${action}: ${cell.ask} is for ${cell.may.join(', ')}`, async () => {
        for (const asker of Object.keys(askers)) {
          const status = await statusFor(cell, asker)
          if (asker === 'nobody') assert.equal(status, 401, asker)
          else if (cell.may.includes(asker)) assert.ok(![401, 403].includes(status), `${asker}: ${status}`)
          else assert.equal(status, 403, asker)
        }
      })

  it('says who the admins are to admins alone', async () => {
    await server.services.stores.groups.add('perl', 'ann')
    const groupsFor = async (asker: string): Promise<string[]> => {
      const token = tokens.get(asker)
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const response = await fetch(`${server.url}/api/v1/groups`, { headers })
      return ((await response.json()) as { data: { group: string }[] }).data.map(({ group }) => group)
    }
    for (const asker of ['nobody', 'ann push', 'runner']) assert.deepEqual(await groupsFor(asker), ['perl'])
    assert.deepEqual(await groupsFor('admin'), ['admins', 'perl'])
  })

  it('is a table without a row that nobody tries', () => {
    assert.deepEqual(Object.keys(cells).sort(), Object.keys(permissions).sort())
  })
})
