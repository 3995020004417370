import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { assertProblem } from '../../support/problem.ts'
import { sha256, testRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, announce } from '../../support/site.ts'

describe('the site for programs', () => {
  let server: TestServer
  let admin: string

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    admin = await server.token('root', ['admin'])
  })
  after(() => server.close())

  const send = (method: string, path: string, token: string, json?: unknown): Promise<Response> =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: json === undefined ? null : JSON.stringify(json),
    })
  const get = async (path: string): Promise<Record<string, unknown>> =>
    (await (await fetch(`${server.url}${path}`)).json()) as Record<string, unknown>

  it('lets admins add packages and maintainers, also twice, and nobody else', async () => {
    const body = { package: 'deb/fresh', maintainers: ['ann', 'bob'] }
    for (let time = 0; time < 2; time++)
      assert.equal((await send('POST', '/api/v1/packages', admin, body)).status, 201)
    const { maintainers } = await get('/api/v1/packages/deb/fresh')
    assert.deepEqual(maintainers, ['ann', 'bob'])
    const events = await server.token('x', ['events'])
    await assertProblem(await send('POST', '/api/v1/packages', events, body), 403, 'FORBIDDEN')
    await assertProblem(
      await send('POST', '/api/v1/packages', admin, { package: '../x' }),
      400,
      'BAD_PACKAGE_NAME',
    )
    await assertProblem(
      await send('POST', '/api/v1/packages', admin, { package: 'deb/x', maintainers: ['a b'] }),
      400,
      'BAD_USER_NAME',
    )
    assert.equal((await send('DELETE', '/api/v1/packages/deb/fresh', admin)).status, 204)
    await assertProblem(await send('DELETE', '/api/v1/packages/deb/fresh', admin), 404, 'NOT_FOUND')
  })

  it('keeps a package whose builds are on record', async () => {
    await announce(server.services)
    await assertProblem(await send('DELETE', '/api/v1/packages/deb/hello', admin), 409, 'PACKAGE_IN_USE')
  })

  it('pages through packages by name', async () => {
    for (const name of ['a', 'b', 'c'])
      await server.services.stores.packages.ensure({ namespace: 'zz', name }, server.services.now())
    const names: unknown[] = []
    let next: string | null = ''
    while (next !== null) {
      const page = await get(`/api/v1/packages?limit=1${next === '' ? '' : `&cursor=${next}`}`)
      names.push(...(page['data'] as { package: string }[]).map((one) => one.package))
      next = page['next'] as string | null
    }
    assert.deepEqual(names.slice(-3), ['zz/a', 'zz/b', 'zz/c'])
    assert.equal(new Set(names).size, names.length)
  })

  it('lists builds, checks, results and runners', async () => {
    await testRunner(server.url, await server.token('r', ['runner'])).hello()
    const { build } = await announce(server.services)
    const one = await get(`/api/v1/builds/${build.id}`)
    assert.equal((one['executions'] as unknown[]).length, 1)
    for (const path of ['builds?package=deb/hello', 'checks?package=deb/hello', 'runners'])
      assert.ok(((await get(`/api/v1/${path}`))['data'] as unknown[]).length > 0, path)
    assert.deepEqual((await get('/api/v1/results'))['data'], [])
  })

  it('makes tokens for admins, which work until they expire', async () => {
    const response = await send('POST', '/api/v1/tokens', admin, {
      user: 'eve',
      scopes: ['events'],
      expires: '2020-01-01T00:00:00Z',
    })
    assert.equal(response.status, 201)
    const { token } = (await response.json()) as { token: string }
    await assertProblem(await send('POST', '/api/v1/uploads?name=x', token), 401, 'TOKEN_EXPIRED')
    await assertProblem(
      await send('POST', '/api/v1/tokens', admin, { user: 'eve', scopes: ['root'] }),
      400,
      'BAD_SCOPE',
    )
    await assertProblem(
      await send('POST', '/api/v1/tokens', admin, { user: 'eve', scopes: ['push'], expires: 'soon' }),
      400,
      'BAD_EXPIRY',
    )
    await assertProblem(
      await send('POST', '/api/v1/tokens', await server.token('e', ['events']), {}),
      403,
      'FORBIDDEN',
    )
  })

  it('keeps uploads under their checksum and gives them back, with ranges, never as a page', async () => {
    const bytes = randomBytes(300_000)
    const upload = await fetch(`${server.url}/api/v1/uploads?name=hello_2.10-3_amd64.deb`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { authorization: `Bearer ${await server.token('x', ['events'])}` },
    })
    assert.equal(upload.status, 201)
    const {
      url,
      sha256: checksum,
      size,
    } = (await upload.json()) as { url: string; sha256: string; size: number }
    assert.deepEqual([checksum, size], [sha256(bytes), bytes.length])
    assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), bytes)
    const part = await fetch(url, { headers: { range: 'bytes=10-19' } })
    assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer())], [206, bytes.subarray(10, 20)])
    assert.match(part.headers.get('content-disposition') ?? '', /^attachment/)
    await assertProblem(await fetch(url.replace(checksum, '0'.repeat(64))), 404, 'NOT_FOUND')
    await assertProblem(await fetch(url.replace(checksum, '..%2fwebhook-secret')), 404, 'NOT_FOUND')
  })

  it('refuses uploads without a plain name or the right to', async () => {
    const events = await server.token('x', ['events'])
    for (const name of ['', '..%2fx', '.hidden', 'a b'])
      await assertProblem(await send('POST', `/api/v1/uploads?name=${name}`, events), 400, 'BAD_FILE_NAME')
    await assertProblem(
      await send('POST', '/api/v1/uploads?name=x', await server.token('ann', ['push'])),
      403,
      'FORBIDDEN',
    )
  })

  it('answers what does not exist, or cannot be read, with problem details', async () => {
    await assertProblem(await fetch(`${server.url}/api/v1/nothing`), 404, 'NOT_FOUND')
    await assertProblem(await fetch(`${server.url}/api/v1/builds/%zz`), 400, 'BAD_REQUEST')
    const response = await fetch(`${server.url}/api/v1/tokens`, {
      method: 'POST',
      body: '{"user"',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    })
    await assertProblem(response, 400, 'BAD_JSON')
  })

  it('tells nothing of what went wrong inside', async () => {
    const { stores } = server.services
    const { runners } = stores
    stores.runners = { ...runners, list: () => Promise.reject(new Error('secret detail')) }
    try {
      const problem = await assertProblem(await fetch(`${server.url}/api/v1/runners`), 500, 'INTERNAL')
      assert.ok(!JSON.stringify(problem).includes('secret'))
    } finally {
      stores.runners = runners
    }
  })

  it('takes whoever comes through the socket in its data folder for an admin', async () => {
    const status = await new Promise((resolve, reject) => {
      const asking = request(
        {
          socketPath: server.socketPath,
          path: '/api/v1/packages',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      asking.on('error', reject).end('{"package":"deb/local"}')
    })
    assert.equal(status, 201)
  })

  it('tells that it lives, whether it can work, and numbers', async () => {
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    assert.match(metrics, /assay_executions\{state="scheduled"\} \d+/)
    assert.match(metrics, /assay_runners_alive \d+/)
  })
})
