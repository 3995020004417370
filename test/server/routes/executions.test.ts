import assert from 'node:assert/strict'
import { logLooks } from '../../../server/log-looks.ts'
import { assertProblem } from '../../support/problem.ts'
import { passed, testRunner, type TestRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, oneExecution } from '../../support/site.ts'
import { until } from '../../support/until.ts'

interface List {
  data: { id: string }[]
  next: string | null
}

describe('executions for programs', () => {
  let server: TestServer
  let runner: TestRunner
  let ids: string[]

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    runner = testRunner(server.url, await server.token('r', ['runner']))
    ids = []
    for (let count = 0; count < 5; count++) ids.push(await oneExecution(server.services))
  })
  after(() => server.close())

  const get = (path: string): Promise<Response> => fetch(`${server.url}/api/v1/${path}`)
  const list = async (path: string): Promise<List> => (await (await get(path)).json()) as List
  const post = (path: string, token?: string): Promise<Response> =>
    fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })

  it('come newest first, in pages that follow each other without gap or repeat', async () => {
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 3; pages++) {
      const { data, next } = await list(`executions?package=deb/hello&limit=2${cursor}`)
      seen.push(...data.map(({ id }) => id))
      if (pages < 2) assert.ok(next)
      else assert.equal(next, null)
      cursor = `&cursor=${next ?? ''}`
    }
    assert.deepEqual(seen, [...ids].reverse())
  })

  it('are filtered by state, outcome, check and package', async () => {
    assert.equal((await list('executions?state=finished')).data.length, 0)
    assert.equal((await list('executions?state=scheduled&check=smoke')).data.length, 5)
    assert.equal((await list('executions?check=other')).data.length, 0)
    await assertProblem(await get('executions?state=queued'), 400, 'BAD_QUERY')
    await assertProblem(await get('executions?outcome=great'), 400, 'BAD_QUERY')
    await assertProblem(await get('executions?package=deb/nobody'), 404, 'NOT_FOUND')
    await assertProblem(await get('executions?package=a&package=b'), 400, 'BAD_QUERY')
  })

  it('are found by reason, by runner and by time', async () => {
    const found = async (query: string): Promise<string[]> =>
      (await list(`executions?${query}`)).data.map(({ id }) => id)
    const [first = ''] = ids
    const job = await runner.take(first)
    await runner.report(job, { ...passed, ending: { phase: 'check', how: 'timeout' } })
    assert.deepEqual(await found('reason=timeout'), [first])
    assert.deepEqual(await found('runner=r1'), [first])
    assert.deepEqual(await found('runner=r2'), [])
    const day = new Date().toISOString().slice(0, 10)
    assert.equal((await found(`since=${day}&until=${day}`)).length, 5)
    assert.equal((await found('since=2099-01-01')).length, 0)
    assert.equal((await found('until=2020-01-01T00:00Z')).length, 0)
    assert.equal((await found('until=2020-01-01&state=')).length, 0)
    for (const odd of ['yesterday', '2026-13-01', '2026-11-24T25:00'])
      await assertProblem(await get(`executions?since=${odd}`), 400, 'BAD_QUERY')
  })

  it('refuse cursors that no list gave and limits out of bounds', async () => {
    for (const cursor of ['x', '%20', Buffer.from("' or 1=1").toString('base64url'), '..%2f'])
      await assertProblem(await get(`executions?cursor=${cursor}`), 400, 'BAD_CURSOR')
    for (const limit of ['0', '101', 'many', '-1'])
      await assertProblem(await get(`executions?limit=${limit}`), 400, 'BAD_LIMIT')
  })

  it('show one with its attempts, steps, results and artifacts, but never a fence', async () => {
    const id = await oneExecution(server.services)
    const job = await runner.take(id)
    await runner.tell(job, 'steps', { json: { step: 'booting', machine: { image: 'debian-12' } } })
    await runner.report(job, passed)
    const response = await get(`executions/${id}`)
    const text = await response.text()
    assert.ok(!text.includes(job.fence))
    const execution = JSON.parse(text) as Record<string, unknown>
    const [attempt] = execution['attempts'] as Record<string, unknown>[]
    const wanted = [
      'id',
      'package',
      'check',
      'release',
      'version',
      'arch',
      'state',
      'outcome',
      'reason',
      'concerns',
      'attempts',
      'createdAt',
      'startedAt',
      'finishedAt',
    ]
    for (const key of wanted) assert.ok(key in execution, key)
    assert.deepEqual(
      [execution['state'], execution['outcome'], attempt?.['runner']],
      ['finished', 'passed', 'r1'],
    )
    assert.equal((attempt?.['steps'] as { step: string }[])[0]?.step, 'booting')
    assert.equal((execution['results'] as unknown[]).length, 1)
  })

  it('are cancelled and run again by maintainers and admins only', async () => {
    const id = await oneExecution(server.services)
    const [ann, bob] = [await server.token('ann', ['push']), await server.token('bob', ['push'])]
    const admin = await server.token('root', ['admin'])
    await assertProblem(await post(`executions/${id}/cancel`), 401, 'UNAUTHENTICATED')
    await assertProblem(await post(`executions/${id}/cancel`, bob), 403, 'FORBIDDEN')
    await assertProblem(
      await post(`executions/${id}/cancel`, await server.token('ann', ['runner'])),
      403,
      'FORBIDDEN',
    )
    await assertProblem(await post(`executions/${id}/rerun`, ann), 409, 'NOT_FINISHED')
    assert.equal((await post(`executions/${id}/cancel`, ann)).status, 200)
    const again = await post(`executions/${id}/rerun`, admin)
    assert.equal(again.status, 201)
    const { rerunOf, requestedBy } = (await again.json()) as Record<string, unknown>
    assert.deepEqual([rerunOf, requestedBy], [id, 'root'])
    await runner.report(await runner.take(await oneExecution(server.services)), passed)
  })

  it('that have finished cannot be cancelled', async () => {
    const id = await oneExecution(server.services)
    await runner.report(await runner.take(id), passed)
    await assertProblem(
      await post(`executions/${id}/cancel`, await server.token('ann', ['push'])),
      409,
      'ILLEGAL_TRANSITION',
    )
  })

  it('have a log with ranges, as plain text that no browser runs', async () => {
    const job = await runner.take(await oneExecution(server.services))
    assert.equal(await (await get(`executions/${job.execution}/log`)).text(), '')
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('<script>0123456789') })
    const response = await fetch(`${server.url}/api/v1/executions/${job.execution}/log`, {
      headers: { range: 'bytes=8-11' },
    })
    assert.deepEqual([response.status, await response.text()], [206, '0123'])
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
    assert.match(response.headers.get('content-security-policy') ?? '', /sandbox/)
  })

  it('have a log that can be followed through every attempt to its end', async () => {
    const id = await oneExecution(server.services)
    const following = await fetch(`${server.url}/api/v1/executions/${id}/log?follow=1`)
    let seen = ''
    const reading = (async () => {
      for await (const chunk of following.body!) seen += Buffer.from(chunk as Uint8Array).toString()
    })()
    const first = await runner.take(id)
    await runner.tell(first, 'log?offset=0', { body: Buffer.from('first try\n') })
    await until('the first line', () => seen === 'first try\n')
    await runner.report(first, { ...passed, ending: { phase: 'boot', how: 'machine_error' } })
    const second = await runner.take(id)
    await runner.tell(second, 'log?offset=0', { body: Buffer.from('second try\n') })
    await runner.report(second, passed)
    await reading
    assert.equal(seen, 'first try\nsecond try\n')
  })

  it('have a log that is looked at once for all who follow it', async () => {
    const id = await oneExecution(server.services)
    const job = await runner.take(id)
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('one line\n') })
    const { stores, files } = server.services
    let asked = 0
    const counting = Object.assign(Object.create(stores) as typeof stores, {
      executions: { ...stores.executions, get: (one: string) => (asked++, stores.executions.get(one)) },
    })
    const look = logLooks({ stores: counting, files })
    const seen = await Promise.all(
      Array.from({ length: 500 }, async () => (await (await look(id)).bytes(1, 4)).toString()),
    )
    assert.deepEqual([new Set(seen), asked], [new Set(['line\n']), 1])
  })
})
