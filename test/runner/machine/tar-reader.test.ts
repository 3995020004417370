/** Archives as a hostile machine writes them: what is decent is kept, nothing is written outside, all is said. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readOutput } from '../../../runner/machine/tar-reader.ts'
import { temporaryFolder } from '../../support/folder.ts'

interface Member {
  path: string
  data?: Buffer | string
  type?: string
  size?: string
  magic?: string
  spoilt?: boolean
}

/** A member of a ustar archive, as wrong as it is asked to be. */
function member({ path, data = '', type = '0', size, magic = 'ustar\0', spoilt = false }: Member): Buffer {
  const body = Buffer.from(data)
  const header = Buffer.alloc(512)
  header.write(path, 0, 100, 'latin1')
  header.write('0000644\0', 100)
  header.write(size ?? `${body.length.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1')
  header.write(type, 156)
  header.write(magic, 257, 'latin1')
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, spoilt ? 1 : 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

const limits = { fileBytes: 1000, totalBytes: 1500, files: 3 }

async function read(members: Member[], trailer = Buffer.alloc(1024)) {
  await using folder = await temporaryFolder()
  const disk = join(folder.path, 'disk')
  const target = join(folder.path, 'target')
  await mkdir(target)
  await writeFile(disk, Buffer.concat([...members.map(member), trailer]))
  const collected = await readOutput(disk, target, limits)
  const beside = await readdir(folder.path)
  const contents = await Promise.all(
    collected.files.map(({ path }) => readFile(join(target, 'artifacts', path), 'utf8')),
  )
  return { ...collected, beside: beside.sort(), contents }
}

describe('what a machine left', () => {
  it('has its reports apart, as many and as large ones as are read', async () => {
    const few = await read([
      { path: 'reports/tap', data: '1..0\n' },
      { path: 'reports/../x', data: 'y' },
    ])
    deepEqual([few.reports, few.files, few.beside], [['1..0\n', 'y'], [], ['disk', 'target']])
    const many = Array.from({ length: 101 }, (_, at) => ({ path: `reports/${at}`, data: 'x' }))
    const { reports, notes } = await read(many)
    equal(reports.length, 100)
    match(notes.join(' '), /A report was left out/)
    const large = await read([{ path: 'reports/1', data: Buffer.alloc((8 << 20) + 1) }])
    deepEqual(large.reports, [])
  })

  it('is unpacked into its folder, results apart', async () => {
    const { files, results, packages, contents, notes } = await read([
      { path: 'results.jsonl', data: '{"name":"a"}\n' },
      { path: 'packages', data: 'hello 2.10-3\n' },
      { path: 'artifacts/a/b.txt', data: 'hello' },
      { path: 'artifacts/empty' },
    ])
    deepEqual(files, [
      { path: 'a/b.txt', size: 5 },
      { path: 'empty', size: 0 },
    ])
    deepEqual([results, packages], ['{"name":"a"}\n', 'hello 2.10-3\n'])
    deepEqual([contents, notes], [['hello', ''], []])
  })

  it('is left out when its name leads elsewhere or is not decent', async () => {
    const paths = [
      '../x',
      'artifacts/../../x',
      '/etc/passwd',
      'artifacts//x',
      'artifacts/./x',
      'artifacts/',
      'x',
    ]
    const odd = ['artifacts/a\nb', 'artifacts/\xff', 'artifacts/a\\b']
    for (const path of [...paths, ...odd]) {
      const { files, notes, beside } = await read([{ path, data: 'x' }])
      deepEqual([files, beside], [[], ['disk', 'target']], path)
      match(notes.join(), /was left out/, path)
    }
  })

  it('is left out when it comes twice, is a file and a folder, or is too much', async () => {
    const { files, notes } = await read([
      { path: 'artifacts/a', data: 'one' },
      { path: 'artifacts/a', data: 'two' },
      { path: 'artifacts/a/b', data: 'three' },
      { path: 'artifacts/large', data: Buffer.alloc(1001) },
      { path: 'artifacts/b', data: Buffer.alloc(900) },
      { path: 'artifacts/c', data: Buffer.alloc(900) },
    ])
    deepEqual(
      files.map(({ path }) => path),
      ['a', 'b'],
    )
    equal(notes.length, 4)
  })

  it('is read no further than the first thing that is no regular file', async () => {
    const after = { path: 'artifacts/after', data: 'x' }
    const wrong: Member[] = [
      ...['1', '2', '3', '4', '5', '6', 'L', 'x', 'g', '\0'].map((type) => ({ path: 'artifacts/odd', type })),
      { path: 'artifacts/odd', magic: 'gnu' },
      { path: 'artifacts/odd', spoilt: true },
      { path: 'artifacts/odd', size: '-0000000001\0' },
      { path: 'artifacts/odd', size: '77777777777\0' },
      { path: 'artifacts/odd', size: '\x80\0\0\0\0\0\0\0\x7f\xff\xff\xff' },
    ]
    for (const first of wrong) {
      const { files, notes } = await read([first, after])
      deepEqual([files, notes.length], [[], 1], JSON.stringify(first))
    }
  })

  it('says a bounded number of things about a flood', async () => {
    const many = Array.from({ length: 500 }, (_, index) => ({ path: `../${index}` }))
    const { notes } = await read(many)
    ok(notes.length <= 50)
  })

  it('is nothing where the disk is empty or noise', async () => {
    deepEqual((await read([])).files, [])
    deepEqual((await read([], Buffer.alloc(4096, 0xa5))).files, [])
  })
})
