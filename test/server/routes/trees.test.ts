import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { extract } from 'tar-stream'
import { gitEnvironment } from '../../support/git.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

/** Much more than what lies between a reader who stops and the server's git; git keeps next to nothing of it. */
const files = { number: 12, bytes: 4 * 1024 ** 2 }
/** Of git's, for reading: see git-slots.ts. */
const places = 20

describe('the tree of a commit', () => {
  const name = { namespace: 'deb', name: 'large' }
  let server: TestServer
  let gitdir: string
  let url: string

  before(async () => {
    server = await startTestServer()
    const { stores, repositories, now } = server.services
    await stores.packages.ensure(name, now())
    gitdir = await repositories.ensure(name)
    url = `${server.url}/api/v1/packages/deb/large/commits/${await largeCommit(gitdir)}/tree`
  })
  after(() => server.close())

  const open = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => get(url, resolve).on('error', reject))

  it('is a tar of all its files, out of a pack', async () => {
    const response = await open()
    assert.equal(response.statusCode, 200)
    const reader = extract()
    reader.end(await buffer(response))
    const sizes: [string, number][] = []
    for await (const entry of reader) sizes.push([entry.header.name, (await buffer(entry)).length])
    assert.deepEqual(
      sizes,
      Array.from({ length: files.number }, (_, at) => [pathOf(at), files.bytes]),
    )
  })

  it('is read no further when its reader has left, whose place somebody else has', async () => {
    const readers = await Promise.all(Array.from({ length: places }, open))
    assert.deepEqual(
      readers.map(({ statusCode }) => statusCode),
      readers.map(() => 200),
    )
    const late = await open()
    assert.equal(late.statusCode, 503)
    assert.equal((JSON.parse((await buffer(late)).toString()) as { code: string }).code, 'BUSY')
    assert.equal((await readingGits(gitdir)).length, places)
    for (const reader of readers) reader.destroy()
    await until('every git to end', async () => (await readingGits(gitdir)).length === 0)
    const next = await open()
    assert.equal(next.statusCode, 200)
    next.destroy()
    await until('the last git to end', async () => (await readingGits(gitdir)).length === 0)
  })
})

const pathOf = (at: number): string => `data/${String(at).padStart(2, '0')}`

/** Writes it as one pack, and returns its id. */
async function largeCommit(gitdir: string): Promise<string> {
  const run = promisify(execFile)
  const git = run('git', ['--git-dir', gitdir, 'fast-import', '--quiet'], { env: gitEnvironment() })
  const content = Buffer.alloc(files.bytes)
  const { stdin } = git.child
  assert.ok(stdin)
  stdin.write('commit refs/heads/main\ncommitter A <a@example.org> 1000 +0000\ndata 2\nM\n\n')
  for (let at = 0; at < files.number; at++) {
    content.writeUInt32LE(at)
    stdin.write(`M 100644 inline ${pathOf(at)}\ndata ${files.bytes}\n`)
    stdin.write(Buffer.from(content))
    stdin.write('\n')
  }
  stdin.end('\ndone\n')
  await git
  const { stdout } = await run('git', ['--git-dir', gitdir, 'rev-parse', 'main'], { env: gitEnvironment() })
  return stdout.trim()
}

/** Ids of the processes of git that read objects of a repository. */
async function readingGits(gitdir: string): Promise<string[]> {
  const found: string[] = []
  for (const id of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const words = (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (words.includes(gitdir) && words.includes('--batch')) found.push(id)
  }
  return found
}
