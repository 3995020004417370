import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { assay, type Ran } from '../support/assay.ts'
import { sampleCheck } from '../support/checks.ts'
import { buildDeb } from '../support/deb.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { homeData } from '../support/home.ts'
import { buildTimeout } from '../support/machines.ts'
import { passed, sha256, testRunner } from '../support/runner.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { announce } from '../support/site.ts'

const hello = { namespace: 'deb', name: 'hello' }

describe('assay run --execution', function () {
  this.timeout(buildTimeout)
  let folder: TemporaryFolder
  let server: TestServer
  let home: Record<string, string>
  let id: string

  before(async () => {
    folder = await temporaryFolder()
    server = await startTestServer()
    home = await homeData(folder.path)
    await registerCheck()
    const { executions } = await announce(server.services, {
      architectures: ['x86_64'],
      artifacts: [await uploadDeb()],
    })
    id = executions[0]?.id ?? ''
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    const there = { image: 'tiny', imageDigest: '0'.repeat(64), accelerator: 'kvm' as const }
    await runner.report(await runner.take(id), { ...passed, machine: there })
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  /** By a commit that is no longer the newest: what is repeated is what ran. */
  async function registerCheck(): Promise<void> {
    const { repositories, stores, now } = server.services
    const checks = join(folder.path, 'checks')
    const remote = await repositories.ensure(hello)
    await commitFiles(checks, { 'greets.sh': '#!/bin/sh\necho "$ASSAY_VERSION: $(greet)"; ls -A\n' })
    await push(checks, remote, '')
    const commit = (await repositories.heads(hello)).branches.get('main') ?? ''
    const { id: packageId } = await stores.packages.ensure(hello, now())
    const check = sampleCheck({ name: 'greets', run: './greets.sh', memoryMiB: 256, image: 'tiny' })
    const registration = { packageId, branch: 'main', commit, pushedBy: 'ann', createdAt: now() }
    await stores.registrations.add({ ...registration, checks: [check] }, true)
    await commitFiles(checks, { 'greets.sh': 'exit 1\n' })
    await push(checks, remote, '')
  }

  async function uploadDeb(): Promise<{ name: string; url: string; sha256: string }> {
    const files = { 'usr/bin/greet': '#!/bin/sh\necho hello\n' }
    const path = await buildDeb(folder.path, { name: 'greet', version: '2.10-3', files })
    const [name, bytes] = [basename(path), await readFile(path)]
    const response = await fetch(`${server.url}/api/v1/uploads?name=${name}`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { authorization: `Bearer ${await server.token('x', ['events'])}` },
    })
    const { url } = (await response.json()) as { url: string }
    return { name, url, sha256: sha256(bytes) }
  }

  const run = (settings: Record<string, string>, ...args: string[]): Promise<Ran> =>
    assay({ ...home, ...settings }, ...args, '--output', join(folder.path, 'left'))

  it('repeats it as its page says: the same commit, build and image, and says what differs', async () => {
    const page = await fetch(`${server.url}/executions/${id}`, { headers: { accept: 'application/json' } })
    const { runAtHome } = (await page.json()) as { runAtHome: string }
    const [setting = '', command, ...args] = runAtHome.split(' ')
    const [name = '', value = ''] = setting.split('=')
    assert.equal(command, 'assay')
    const { code, out, err } = await run({ [name]: value }, ...args)
    assert.equal(code, 0, err + out)
    assert.match(out, /2\.10-3: hello\ngreets\.sh\n/)
    assert.match(out, /^greets: the content of the image differs: 0{64} there, [0-9a-f]{64} here$/m)
    assert.match(out, /^greets +passed/m)
  })

  it('says so when there is no such execution, no such server, or too much is asked', async () => {
    const there = { ASSAY_SERVER: server.url }
    const unknown = await run(there, 'run', '--execution', '01a20000-0000-7000-8000-000000000000')
    assert.equal(unknown.code, 1)
    assert.match(unknown.err, /01a20000/)
    assert.equal((await run({ ASSAY_SERVER: 'http://127.0.0.1:9' }, 'run', '--execution', id)).code, 3)
    const both = await run(there, 'run', '.', '--execution', id)
    assert.deepEqual([both.code, /--execution says what runs/.test(both.err)], [2, true])
  })
})
