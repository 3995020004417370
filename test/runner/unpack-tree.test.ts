import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { treeLimits, unpackTree } from '../../runner/unpack-tree.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'

type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { text?: string }

describe('unpacking a tree', () => {
  let folder: TemporaryFolder
  let target: string
  beforeEach(async () => {
    folder = await temporaryFolder()
    target = join(folder.path, 'deep', 'tree')
    await mkdir(target, { recursive: true })
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const archive = async (entries: Entry[]): Promise<Buffer> => {
    const tar = pack()
    for (const { text = '', ...header } of entries) tar.entry(header, text)
    tar.finalize()
    return buffer(tar)
  }
  const unpack = async (...entries: Entry[]): Promise<void> =>
    unpackTree(Readable.from([await archive(entries)]), target)
  const refused = { name: 'AttemptEnded', how: 'bad_check' }

  it('brings files with their modes, folders and links, as git’s own archives hold them', async () => {
    const source = join(folder.path, 'source')
    await mkdir(join(source, 'sub', 'empty'), { recursive: true })
    await writeFile(join(source, 'sub', 'run.sh'), '#!/bin/sh\n', { mode: 0o755 })
    await writeFile(join(source, `${'long'.repeat(40)}.txt`), 'x'.repeat(100_000))
    await symlink('../../outside', join(source, 'link'))
    await unpackTree(Readable.from([execFileSync('tar', ['-C', source, '-c', '.'])]), target)
    assert.equal((await stat(join(target, 'sub', 'run.sh'))).mode & 0o777, 0o755)
    assert.equal((await readFile(join(target, `${'long'.repeat(40)}.txt`))).length, 100_000)
    assert.equal(await readlink(join(target, 'link')), '../../outside')
    assert.ok((await stat(join(target, 'sub', 'empty'))).isDirectory())
  })

  it('refuses whatever leads out of its folder', async () => {
    for (const name of ['../out', 'a/../../out', '/out', 'a//out', './out/../../x'])
      await assert.rejects(unpack({ name, text: 'x' }), refused, name)
    assert.equal(existsSync(join(folder.path, 'deep', 'out')), false)
    assert.equal(existsSync('/out'), false)
  })

  it('writes nothing through a link that the tree brought before', async () => {
    await mkdir(join(folder.path, 'outside'))
    const link = { name: 'a', type: 'symlink' as const, linkname: join(folder.path, 'outside') }
    await assert.rejects(unpack(link, { name: 'a/file', text: 'x' }), refused)
    assert.equal(existsSync(join(folder.path, 'outside', 'file')), false)
    const file = { name: 'b', type: 'symlink' as const, linkname: join(folder.path, 'outside', 'file') }
    await assert.rejects(unpack(file, { name: 'b', text: 'x' }), refused)
    assert.equal(existsSync(join(folder.path, 'outside', 'file')), false)
  })

  it('refuses hard links, devices and pipes', async () => {
    for (const type of ['link', 'fifo', 'character-device'] as const)
      await assert.rejects(unpack({ name: 'x', type, linkname: '/etc/passwd' }), refused, type)
  })

  it('refuses more than a machine should get', async function () {
    this.timeout(60_000)
    await assert.rejects(unpack({ name: 'x'.repeat(treeLimits.path + 1) }), refused)
    const many = Array.from({ length: treeLimits.entries + 1 }, () => ({
      name: 'd',
      type: 'directory' as const,
    }))
    await assert.rejects(unpack(...many), refused)
  })

  it('is no verdict on the check when the transfer broke off', async () => {
    const whole = await archive([{ name: 'a', text: 'x'.repeat(10_000) }])
    const broken = unpackTree(Readable.from([whole.subarray(0, 5000)]), target)
    await assert.rejects(broken, (error: Error) => error.name !== 'AttemptEnded')
    const failing = new Readable({ read: () => failing.destroy(new Error('reset')) })
    await assert.rejects(unpackTree(failing, join(target, 'b')), /reset/)
  })
})
