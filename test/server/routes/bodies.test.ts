/** Bodies that somebody sends to be in the way: not read of whoever may not send them, and never inflated. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const json = { 'content-type': 'application/json' }

describe('the body of a request', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
    await server.services.stores.packages.ensure({ namespace: 'deb', name: 'hello' }, server.services.now())
  })
  after(() => server.close())

  const doors = [
    'POST /api/v1/ownership',
    'POST /api/v1/packages',
    'POST /api/v1/packages/deb/hello',
    'POST /api/v1/groups',
    'POST /api/v1/keys',
    'POST /api/v1/tokens',
    'POST /api/v1/people/ann',
    'PUT /api/v1/packages/deb/hello/upstream',
    'POST /api/v1/events',
    'POST /runner/v1/hello',
    'POST /runner/v1/executions/01890000-0000-7000-8000-000000000001/claim',
    'POST /api/v2.0/results',
  ]
  const send = (door: string, init: RequestInit): Promise<Response> => {
    const [method = '', path = ''] = door.split(' ')
    return fetch(`${server.url}${path}`, { method, ...init })
  }

  it('is not parsed of whoever may not send it', async () => {
    const token = await server.token('ann', ['push'])
    const authorization = { authorization: `Bearer ${token}` }
    for (const door of doors) {
      assert.equal((await send(door, { headers: json, body: '{ not JSON' })).status, 401, door)
      if (door.includes('/people/')) continue
      const refused = await send(door, { headers: { ...json, ...authorization }, body: '{ not JSON' })
      assert.equal(refused.status, 403, door)
    }
  })

  it('is not even waited for: the answer comes while it is still to be sent', async () => {
    const { port } = new URL(server.url)
    for (const path of ['/api/v1/ownership', '/api/v1/events'])
      await new Promise<void>((resolve, reject) => {
        const headers = { ...json, 'content-length': 30 * 1024 ** 2 }
        const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
          assert.equal(response.statusCode, 401, path)
          asked.destroy()
          resolve()
        })
        asked.on('error', reject)
        asked.write('[')
      })
  })

  it('is refused where it is compressed, whoever sends it', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 ** 2, '['))
    for (const door of doors) {
      const scope = door.includes('/runner/') ? 'runner' : 'admin'
      const headers = {
        ...json,
        'content-encoding': 'gzip',
        authorization: `Bearer ${await server.token('root', [scope])}`,
      }
      const answer = await send(door, { headers, body: new Uint8Array(bomb) })
      if (door.includes('/api/v2.0/')) assert.equal(answer.status, 415, door)
      else await assertProblem(answer, 415, 'UNSUPPORTED_MEDIA_TYPE')
    }
  })

  it('is refused where it nests without end, whoever sends it', async () => {
    const body = '['.repeat(500_000)
    for (const door of ['POST /api/v1/packages', 'POST /api/v1/ownership', 'POST /api/v1/events']) {
      const authorization = `Bearer ${await server.token('root', ['admin'])}`
      const small = door.endsWith('packages') ? body.slice(0, 60_000) : body
      const type = door.endsWith('events') ? { 'content-type': 'application/cloudevents+json' } : json
      const answer = await send(door, { headers: { ...type, authorization }, body: small })
      await assertProblem(answer, 400, 'BAD_JSON')
    }
  })
})
