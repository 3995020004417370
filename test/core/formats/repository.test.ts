import assert from 'node:assert/strict'
import type { Entry } from '../../../core/formats/manifest-file.ts'
import { formatOf, readRepository } from '../../../core/formats/repository.ts'

const file = (text: string): Entry => ({ kind: 'file', size: text.length, bytes: Buffer.from(text) })
const read = (files: Record<string, string | Entry>) =>
  readRepository(
    new Map(Object.entries(files).map(([path, one]) => [path, typeof one === 'string' ? file(one) : one])),
    { repository: { namespace: 'deb', name: 'hello' } },
  )

describe('reading a check repository', () => {
  it('finds checks in all its formats', () => {
    const { checks, files } = read({
      'checks.yaml': 'checks: {a: {run: x}}',
      'debian/tests/control': 'Tests: b\n',
    })
    assert.deepEqual(
      checks.map((check) => [check.name, formatOf(check)]),
      [
        ['a', 'checks.yaml'],
        ['b', 'DEP-8'],
      ],
    )
    assert.deepEqual(files, ['checks.yaml', 'debian/tests/control'])
    assert.equal(read({ 'tests/control': 'Tests: b\n' }).checks.length, 1)
    assert.deepEqual(read({}), {
      checks: [],
      skipped: [],
      faults: [],
      texts: new Map(),
      files: [],
      notes: [],
      sources: [],
      awaited: [],
    })
  })

  it('gives checks of other formats what checks.yaml says of them, and those of its own nothing', () => {
    const { checks, notes, files } = read({
      'checks.yaml':
        "others:\n  '*': {image: debian-13, timeout: 5m}\n  'b?': {timeout: 2h, memory: 4G, network: none, arch: [amd64]}\n  tmt.*: {cpus: 2}\nchecks: {b0: {run: x}}\n",
      'debian/tests/control': 'Tests: b1, c\n',
    })
    assert.deepEqual(
      checks.map((one) => [one.name, one.image, one.timeoutSeconds, one.memoryMiB, one.network, one.arch]),
      [
        ['b0', null, 600, 1024, 'none', null],
        ['b1', 'debian-13', 7200, 4096, 'none', ['x86_64']],
        ['c', 'debian-13', 300, 2048, 'mirror', null],
      ],
    )
    assert.deepEqual(notes, ['others in checks.yaml: no check of another format is called tmt.*'])
    const waiting = read({
      'checks.yaml': "others: {'tmt.*': {cpus: 2}}\n",
      '.fmf/version': '1\n',
      'plan.fmf': 'discover: {how: fmf, url: https://example.org/t}\nexecute: {how: tmt}\n',
    })
    assert.deepEqual([waiting.awaited.length, waiting.notes], [1, []])
    assert.deepEqual(files, ['checks.yaml', 'debian/tests/control'])
  })

  it('takes a checks.yaml that declares no checks of its own', () => {
    const { checks, faults } = read({
      'checks.yaml': "others: {'*': {cpus: 4}}\n",
      'tests/control': 'Tests: b\n',
    })
    assert.deepEqual([checks.map(({ name, cpus }) => [name, cpus]), faults], [[['b', 4]], []])
  })

  it('declares nothing where one of them is wrong', () => {
    const { checks, faults } = read({
      'checks.yaml': 'checks: {a: {run: x}}',
      'debian/tests/control': 'Test: b\n',
    })
    assert.deepEqual(checks, [])
    assert.equal(faults[0]?.file, 'debian/tests/control')
    const folder: Entry = { kind: 'folder', size: 0, bytes: null }
    assert.equal(read({ 'debian/tests/control': folder }).faults[0]?.message, 'is a folder')
  })

  it('lets checks.yaml have a name that both give, and says so', () => {
    const { checks, skipped } = read({
      'checks.yaml': 'checks: {a: {run: x}}',
      'debian/tests/control': 'Tests: a\n',
    })
    assert.equal(checks.length, 1)
    assert.match(skipped[0]!.reason, /checks.yaml declares a check of this name/)
  })

  it('refuses more checks than are taken', () => {
    const names = Array.from({ length: 501 }, (_, at) => `t${at}`).join(' ')
    assert.match(read({ 'debian/tests/control': `Tests: ${names}\n` }).faults[0]!.message, /501 checks/)
  })

  it('puts a hundred mistakes of each file into words, however many there are', () => {
    const many = 20_000
    const files = {
      'checks.yaml': `checks: {a${','.repeat(many)}}`,
      'debian/tests/control': 'Tests: a\n'.repeat(many),
      'gating.yaml': `--- !Policy\nrules: [a${','.repeat(many)}]`,
    }
    for (const [path, text] of Object.entries(files)) {
      const { faults } = read({ [path]: text })
      assert.ok(faults.length > 0 && faults.length <= 110, `${path}: ${faults.length}`)
    }
  })

  it('survives more mistakes than a call takes arguments', () => {
    const trees = Object.fromEntries(
      Array.from({ length: 1300 }, (_, at) => [`t${at}.fmf`, `a: {b${','.repeat(120)}}`]),
    )
    const { checks, faults } = read({ '.fmf/version': '1\n', ...trees })
    assert.deepEqual([checks.length, faults.length > 100_000], [0, true])
  })
})
