import assert from 'node:assert/strict'
import { limits } from '../../../core/formats/limits.ts'
import { readManifestFile, type Entry } from '../../../core/formats/manifest-file.ts'
import { showFaults } from '../../../core/formats/show-faults.ts'
import { unreadFormat } from '../../../core/formats/unread.ts'

const context = { repository: { namespace: 'deb', name: 'hello' } }
const file = (bytes: Uint8Array | string): Entry => {
  const content = Buffer.from(bytes)
  return { kind: 'file', size: content.length, bytes: content }
}
const said = (entry: Entry): string => {
  const { faults, text } = readManifestFile(entry, context)
  return showFaults(faults, text)
}

describe('the file where checks.yaml is due', () => {
  it('may be absent: nothing is declared', () => {
    assert.deepEqual(readManifestFile(null, context), {
      ...{ checks: [], faults: [], skipped: [], others: [], text: null },
    })
  })

  it('must be a file', () => {
    for (const [kind, word] of [
      ['link', 'symbolic link'],
      ['folder', 'folder'],
      ['submodule', 'submodule'],
    ] as const)
      assert.match(
        said({ kind, size: 10, bytes: null }),
        new RegExp(`^checks.yaml:1:1: is a ${word}\n {2}hint: commit a file`),
      )
  })

  it('must not be huge', () => {
    const size = limits.manifestBytes + 1
    assert.match(
      said({ kind: 'file', size, bytes: null }),
      /has 1048577 bytes, more than 1048576\n {2}hint: move long/,
    )
  })

  it('must be text in UTF-8', () => {
    assert.match(
      said(file(Buffer.from('checks:\n  a: {run: "\xff"}\n', 'latin1'))),
      /^checks.yaml:2:1: is not text/,
    )
    assert.match(said(file(Buffer.from('checks:', 'utf16le'))), /is not text\n {2}hint: save it as UTF-8/)
    assert.equal(readManifestFile(file('\u{FEFF}checks: {a: {run: "é"}}'), context).checks.length, 1)
  })

  it('is quoted with a caret where the mistake is', () => {
    assert.equal(
      said(file('checks:\r\n  a:\r\n    run: é\r\n    cpus: many\r\n')),
      'checks.yaml:4:11: cpus cannot be "many"\n  4 |     cpus: many\n    |           ^\n  hint: write a whole number from 1 to 64',
    )
  })

  it('is quoted in part where its line is long, and never in words that a terminal obeys', () => {
    const shown = said(file(`checks:\n  a: {run: x, summary: "${'x'.repeat(5000)}", cpuss: 1}\n`))
    assert.ok(
      shown.split('\n').every((line) => line.length < 300),
      shown,
    )
    const hostile = said(file('checks:\n  a: {run: x, "\u{202E}k": "\u{1B}[31m"}\n'))
    for (const obeyed of ['\u{1B}', '\u{202E}']) assert.ok(!hostile.includes(obeyed))
  })

  it('is asked for where checks stand in a format that is not read', () => {
    assert.match(unreadFormat('checks.yml')!.reason, /rename it to checks.yaml/)
    assert.equal(unreadFormat('tests/smoke.sh'), null)
  })
})
