import assert from 'node:assert/strict'
import { differences, type RunFacts } from '../../core/differences.ts'
import { readPackages } from '../../core/outputs/packages.ts'

const facts = (version: string, packages: Record<string, string> | null): RunFacts => ({
  ...{ version, commit: 'c', image: 'debian-12', imageDigest: null, accelerator: 'kvm', qemu: '8' },
  packages: packages && new Map(Object.entries(packages)),
})

describe('what differs between two runs', () => {
  it('is each package that came, went or changed, but not what the build itself brought', () => {
    const before = facts('2.10-3', { hello: '2.10-3', libc6: '2.36-9', gone: '1', same: '1' })
    const after = facts('2.10-4', { hello: '2.10-4', libc6: '2.36-10', new: '1', same: '1' })
    assert.deepEqual(differences(before, after), [
      { what: 'version', before: '2.10-3', after: '2.10-4' },
      { what: 'package', name: 'gone', before: '1', after: null },
      { what: 'package', name: 'libc6', before: '2.36-9', after: '2.36-10' },
      { what: 'package', name: 'new', before: null, after: '1' },
    ])
  })

  it('is nothing that one side does not know', () => {
    assert.deepEqual(differences(facts('1', null), facts('1', { libc6: '2' })), [])
  })
})

describe('the packages of a machine', () => {
  it('are read as lines of a name and a version; whatever else a guest writes is left out', () => {
    const text = 'libc6 2.36-9\nlibc6 2.36-9\nperl 5.36.0-7+deb12u1\nx\n../x 1\nname v er\nb <script>\n\0\n'
    assert.deepEqual(readPackages(text), ['libc6 2.36-9', 'perl 5.36.0-7+deb12u1'])
    const many = Array.from({ length: 20_000 }, (_, at) => `p${at} 1`).join('\n')
    assert.equal(readPackages(many).length, 10_000)
  })
})
