import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { staysInside } from '../../../core/formats/tree-links.ts'
import { repositories } from '../../../server/git/repositories.ts'
import { runGit } from '../../../server/git/run-git.ts'
import { manifest, openClone, type Clone } from '../../support/clone.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

describe('a check repository', () => {
  const name = { namespace: 'deb', name: 'hello' }
  let server: TestServer
  let clone: Clone
  let commit: string
  /** When it was made: in git's whole seconds, not before the first nor after the second. */
  const made = { after: '', before: '' }

  before(async () => {
    server = await startTestServer()
    clone = await openClone(server)
    await symlink('smoke.sh', join(clone.path, 'same'))
    await symlink('/etc/passwd', join(clone.path, 'elsewhere'))
    made.after = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString()
    commit = await clone.commit({
      'checks.yaml': manifest(),
      'smoke.sh': 'exit 0\n',
      'data/é/noise': randomBytes(3 * 1024 ** 2),
      [`long/${'x'.repeat(120)}/${'y'.repeat(120)}`]: 'deep\n',
    })
    made.before = new Date().toISOString()
    await chmod(join(clone.path, 'smoke.sh'), 0o755)
    assert.equal((await clone.push()).code, 0)
  })
  after(async () => {
    await clone[Symbol.asyncDispose]()
    await server.close()
  })

  it('tells who made a commit, when and why; null for what is none', async () => {
    const { repositories } = server.services
    const facts = await repositories.commit(name, commit)
    assert.deepEqual({ ...facts, date: '' }, { commit, author: 'Ann', date: '', message: 'Change\n' })
    const date = new Date(facts!.date).toISOString()
    assert.ok(made.after <= date && date <= made.before, date)
    for (const other of ['main', 'HEAD', '0'.repeat(40), '../../x', ''])
      assert.equal(await repositories.commit(name, other), null)
    assert.equal(await repositories.commit({ namespace: 'deb', name: 'nobody' }, commit), null)
  })

  it('lists files with their sizes and modes', async () => {
    const files = await server.services.repositories.files(name, commit)
    assert.deepEqual(
      files.map(({ path, size, mode }) => [path.slice(0, 12), size, mode]),
      [
        ['checks.yaml', manifest().length, '100644'],
        ['data/é/noise', 3 * 1024 ** 2, '100644'],
        ['elsewhere', 11, '120000'],
        [`long/${'x'.repeat(7)}`, 5, '100644'],
        ['same', 8, '120000'],
        ['smoke.sh', 7, '100755'],
      ],
    )
  })

  it('reads files up to a megabyte, and nothing that is none', async () => {
    const { repositories } = server.services
    assert.equal((await repositories.file(name, commit, 'checks.yaml'))?.toString(), manifest())
    for (const path of ['data/é/noise', 'data', 'nothing', '', '../x', 'smoke.sh/x', 'data/é/none'])
      assert.equal(await repositories.file(name, commit, path), null, path)
  })

  it('reads what git has packed', async () => {
    const { repositories } = server.services
    const env = await repositories.environment()
    await runGit(['--git-dir', repositories.path(name), 'gc', '--quiet'], env)
    assert.equal((await repositories.file(name, commit, 'smoke.sh'))?.toString(), 'exit 0\n')
    assert.equal((await repositories.files(name, commit)).length, 6)
    assert.equal((await repositories.heads(name)).branches.get('main'), commit)
  })

  it('becomes a tar with modes and safe links, the same each time', async () => {
    const { repositories } = server.services
    const tar = await buffer(repositories.treeTar(name, commit))
    assert.deepEqual(tar, await buffer(repositories.treeTar(name, commit)))
    const entries: unknown[] = []
    const reader = extract()
    reader.end(tar)
    for await (const entry of reader) {
      entries.push([
        entry.header.name.slice(0, 12),
        entry.header.type,
        entry.header.mode,
        entry.header.type === 'symlink' && entry.header.linkname,
      ])
      entry.resume()
    }
    assert.deepEqual(entries, [
      ['checks.yaml', 'file', 0o644, false],
      ['data/é/noise', 'file', 0o644, false],
      [`long/${'x'.repeat(7)}`, 'file', 0o644, false],
      ['same', 'symlink', 0o644, 'smoke.sh'],
      ['smoke.sh', 'file', 0o755, false],
    ])
  })

  it('says what is missing through the stream, and lets go of a reader that goes away', async () => {
    const { repositories } = server.services
    await assert.rejects(buffer(repositories.treeTar(name, '0'.repeat(40))), /There is no commit/)
    const tar = repositories.treeTar(name, commit)
    await once(tar, 'readable')
    tar.destroy()
    await once(tar, 'close')
  })

  it('hands over only links that stay inside', () => {
    for (const [path, target, stays] of [
      ['a', 'b', true],
      ['a/b', '../c', true],
      ['a/b', './../c/./d', true],
      ['a', '../c', false],
      ['a/b', '../../c', false],
      ['a', '/etc/passwd', false],
      ['a/b/c', 'd/../../..', false],
      ['a', '', false],
    ] as const)
      assert.equal(staysInside(path, target), stays, `${path} -> ${target}`)
  })

  it('is made once, however many ask for it at the same time', async () => {
    await using folder = await temporaryFolder()
    const some = repositories(join(folder.path, 'repos'))
    const paths = await Promise.all(
      Array.from({ length: 5 }, () => some.ensure({ namespace: 'deb', name: 'new' })),
    )
    assert.equal(new Set(paths).size, 1)
    assert.deepEqual(await some.heads({ namespace: 'deb', name: 'new' }), {
      head: 'main',
      branches: new Map(),
    })
    assert.deepEqual(await some.heads({ namespace: 'deb', name: 'absent' }), {
      head: null,
      branches: new Map(),
    })
  })
})
