import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { request } from 'node:http'
import { fileLimitsOf } from '../../../core/file-limits.ts'
import type { Job } from '../../../schemas/types.gen.ts'
import { assertProblem } from '../../support/problem.ts'
import { sampleCheck } from '../../support/checks.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { settingsFile } from '../../support/settings.ts'
import { passed, sha256, testRunner, type TestRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, announce, oneExecution } from '../../support/site.ts'

describe('what runners tell', () => {
  let server: TestServer
  let runner: TestRunner
  let job: Job
  const limits = fileLimitsOf({})

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    runner = testRunner(server.url, await server.token('r', ['runner']))
  })
  beforeEach(async () => {
    job = await runner.take(await oneExecution(server.services))
  })
  after(() => server.close())

  const append = (offset: number, text: string): Promise<Response> =>
    runner.tell(job, `log?offset=${offset}`, { body: Buffer.from(text) })
  const log = async (): Promise<string> =>
    (await fetch(`${server.url}/api/v1/executions/${job.execution}/log`)).text()
  const put = (path: string, bytes: Buffer, checksum = sha256(bytes)): Promise<Response> =>
    runner.tell(job, `artifacts/${path}`, {
      method: 'PUT',
      body: bytes,
      headers: { 'assay-sha256': checksum },
    })
  const artifacts = async (): Promise<string[]> =>
    (await server.services.stores.artifacts.of(job.execution)).map(({ path }) => path)

  it('is told where an upload is now, whatever the address of the site was when it was uploaded', async () => {
    const artifact = { name: 'a+b.deb', sha256: 'f'.repeat(64) }
    const elsewhere = { ...artifact, name: 'c.deb', url: 'http://mirror.example/c.deb' }
    const uploaded = { ...artifact, url: `http://old.example:1/uploads/${artifact.sha256}/a%2Bb.deb` }
    const { executions } = await announce(server.services, { artifacts: [uploaded, elsewhere] })
    const { build } = await runner.take(executions[0]!.id)
    assert.deepEqual(
      build.artifacts.map(({ url }) => url),
      [`${server.url}/uploads/${artifact.sha256}/a%2Bb.deb`, elsewhere.url],
    )
  })

  it('needs a token for runners', async () => {
    const ann = testRunner(server.url, await server.token('ann', ['push', 'events']))
    await assertProblem(await ann.hello(), 403, 'FORBIDDEN')
    await assertProblem(await testRunner(server.url, 'none').hello(), 401, 'UNAUTHENTICATED')
  })

  it('is validated: all that is wrong with a hello, at once', async () => {
    const response = await runner.hello({ architectures: 'x86_64', qemu: 7, extra: true })
    const { problems } = await assertProblem(response, 400, 'INVALID_INPUT')
    assert.equal((problems as string[]).length, 3)
  })

  it('adds up to the log, in order and once, however often each piece is sent', async () => {
    assert.deepEqual(await (await append(0, 'one\n')).json(), { size: 4 })
    assert.deepEqual(await (await append(0, 'one\n')).json(), { size: 4 })
    assert.deepEqual(await (await append(4, 'two\n')).json(), { size: 8 })
    assert.deepEqual(await (await append(2, 'e\ntwo\nthree\n')).json(), { size: 14 })
    assert.equal(await log(), 'one\ntwo\nthree\n')
  })

  it('keeps the log whole when the same pieces arrive at once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => append(0, 'together\n')))
    assert.ok(answers.every(({ status }) => status === 200))
    assert.equal(await log(), 'together\n')
  })

  it('may leave no gap in the log', async () => {
    await append(0, 'one\n')
    const problem = await assertProblem(await append(9, 'three'), 409, 'LOG_GAP')
    assert.equal(problem['size'], 4)
    await assertProblem(await append(-1, 'x'), 400, 'BAD_OFFSET')
  })

  it('may not write a log beyond its limit, nor more than 1 MiB of it at once', async () => {
    const piece = 'x'.repeat(1024 ** 2)
    await assertProblem(await append(0, `${piece}x`), 413, 'TOO_LARGE')
    for (let offset = 0; offset < limits.logBytes; offset += piece.length)
      assert.equal((await append(offset, piece)).status, 200)
    await assertProblem(await append(limits.logBytes, 'x'), 413, 'TOO_LARGE')
  })

  it('may be artifacts, which are there whole or not at all', async () => {
    const bytes = Buffer.from('<svg/>')
    assert.equal((await put('pictures/plan%20b.svg', bytes)).status, 204)
    assert.equal((await put('pictures/plan%20b.svg', bytes)).status, 204)
    await assertProblem(await put('other.txt', bytes, '0'.repeat(64)), 400, 'CHECKSUM_MISMATCH')
    await assertProblem(await put('other.txt', bytes, 'no'), 400, 'BAD_CHECKSUM')
    assert.deepEqual(await artifacts(), ['pictures/plan b.svg'])
    const key = { execution: job.execution, attempt: job.attempt }
    const stored = await server.services.files.artifact(key, 'pictures/plan b.svg')
    assert.equal(stored?.size, bytes.length)
    assert.equal(await server.services.files.artifact(key, 'other.txt'), null)
  })

  it('may not name an artifact so that it leaves its folder', async () => {
    const hostile = [
      '..%2f..%2fescape',
      '%2fetc%2fescape',
      'a%00b',
      'a%0ab',
      'a//b',
      'x'.repeat(256),
      `${'abc/'.repeat(300)}x`,
    ]
    for (const path of hostile)
      await assertProblem(await put(path, Buffer.from('x')), 400, 'BAD_ARTIFACT_PATH')
    // fetch tidies dots away before they are sent; a runner that was taken over would not.
    const base = `/runner/v1/executions/${job.execution}/attempts/1/artifacts`
    for (const path of ['../../../escape', 'a/%2e%2e/%2e%2e/escape'])
      assert.equal(await rawPut(server.url, `${base}/${path}`), 400)
    assert.deepEqual(await artifacts(), [])
    assert.equal(existsSync(join(server.services.config.data, 'executions', 'escape')), false)
  })

  it('may not put a file where a folder is, nor a folder where a file is', async () => {
    assert.equal((await put('a', Buffer.from('x'))).status, 204)
    await assertProblem(await put('a/b', Buffer.from('x')), 409, 'ARTIFACT_PATH_TAKEN')
    assert.equal((await put('c/d', Buffer.from('x'))).status, 204)
    await assertProblem(await put('c', Buffer.from('x')), 409, 'ARTIFACT_PATH_TAKEN')
  })

  it('may not be larger than an attempt may leave', async () => {
    const { stores } = server.services
    const row = { executionId: job.execution, attempt: 1, sha256: '0'.repeat(64) }
    await stores.artifacts.put({ ...row, path: 'big', size: limits.artifactsBytes - 3 })
    await assertProblem(await put('more', Buffer.from('four')), 413, 'TOO_LARGE')
    assert.equal((await put('more', Buffer.from('two'))).status, 204)
  })

  it('is told the image for the release of the build, where the check names none', async () => {
    await using folder = await temporaryFolder()
    const images = { 'trixie*': 'debian-13', '*': 'debian-sid' }
    const file = await settingsFile(folder.path, { images })
    await using site = await startTestServer({ settingsFile: file })
    await addHello(site.services, [sampleCheck(), sampleCheck({ name: 'own', image: 'tiny' })])
    const teller = testRunner(site.url, await site.token('r', ['runner']))
    const told: string[] = []
    for (const release of ['trixie-security', 'forky'])
      for (const { id } of (await announce(site.services, { release })).executions)
        told.push((await teller.take(id)).check.image)
    assert.deepEqual(told.sort(), ['debian-13', 'debian-sid', 'tiny', 'tiny'])
  })

  it('is as much as the settings allow, which the runner is told', async () => {
    await using folder = await temporaryFolder()
    const allowed = { logMiB: 1, artifactMiB: 3, artifactsMiB: 2, artifacts: 1 }
    const file = await settingsFile(folder.path, { limits: allowed })
    await using strict = await startTestServer({ settingsFile: file })
    await addHello(strict.services)
    const teller = testRunner(strict.url, await strict.token('r', ['runner']))
    const one = await teller.take(await oneExecution(strict.services))
    const MiB = 1024 ** 2
    assert.deepEqual(one.limits, {
      ...{ logBytes: MiB, artifactBytes: 2 * MiB, artifactsBytes: 2 * MiB, artifacts: 1 },
    })
    const piece = Buffer.alloc(MiB, 'x')
    assert.equal((await teller.tell(one, 'log?offset=0', { body: piece })).status, 200)
    await assertProblem(await teller.tell(one, `log?offset=${MiB}`, { body: piece }), 413, 'TOO_LARGE')
    const leave = (path: string, body: Buffer): Promise<Response> => {
      const headers = { 'assay-sha256': sha256(body) }
      return teller.tell(one, `artifacts/${path}`, { method: 'PUT', body, headers })
    }
    await assertProblem(await leave('large', Buffer.alloc(2 * MiB + 1)), 413, 'TOO_LARGE')
    assert.equal((await leave('first', piece)).status, 204)
    await assertProblem(await leave('second', piece), 413, 'TOO_MANY_ARTIFACTS')
  })

  it('asks for the tree of the check with the fence of the attempt', async () => {
    const tree = (fence: string): Promise<Response> =>
      runner.call('GET', `executions/${job.execution}/tree`, { headers: { 'assay-fence': fence } })
    await assertProblem(await tree('wrong'), 409, 'STALE_ATTEMPT')
    await runner.report(job, passed)
    await assertProblem(await tree(job.fence), 409, 'STALE_ATTEMPT')
  })

  it('is about executions and attempts that exist', async () => {
    await assertProblem(await runner.claim('nonsense'), 404, 'NOT_FOUND')
    await assertProblem(await runner.claim('01890000-0000-7000-8000-000000000000'), 404, 'NOT_FOUND')
    await assertProblem(await runner.tell({ ...job, attempt: 9 }, 'beat%20'), 404, 'NOT_FOUND')
    await assertProblem(await runner.report({ ...job, attempt: 9 }, passed), 409, 'STALE_ATTEMPT')
  })

  /** PUTs to exactly this path and resolves with the status. */
  const rawPut = (base: string, path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(base)
      const headers = { 'assay-fence': job.fence, 'assay-sha256': sha256(Buffer.from('x')) }
      server.token('r', ['runner']).then((token) => {
        const sending = request(
          { hostname, port, path, method: 'PUT', headers: { ...headers, authorization: `Bearer ${token}` } },
          (response) => {
            response.resume()
            resolve(response.statusCode)
          },
        )
        sending.on('error', reject).end('x')
      }, reject)
    })
})
