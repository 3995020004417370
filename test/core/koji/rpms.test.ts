/** Which files of a Koji build its checks get. */
import assert from 'node:assert/strict'
import { artifactOfRpm, wantedRpms } from '../../../core/koji/rpms.ts'

const rpm = (name: string, arch: string) => ({
  id: 1,
  name,
  version: '5.2',
  release: '1.fc41',
  arch,
  size: 9,
})
const all = [
  rpm('bash', 'x86_64'),
  rpm('bash', 'i686'),
  rpm('bash', 'aarch64'),
  rpm('bash-doc', 'noarch'),
  rpm('bash-debuginfo', 'x86_64'),
  rpm('bash-debugsource', 'x86_64'),
  rpm('bash', 'src'),
]
const names = (also: ('source' | 'debug')[], architectures = ['x86_64']): string[] =>
  wantedRpms(all, { architectures, also }).map(({ name, arch }) => `${name}.${arch}`)
const build = { name: 'bash', version: '5.2', release: '1.fc41', state: 1 }
const sum = 'a'.repeat(64)

describe('the RPMs of a Koji build', () => {
  it('are those of the build’s architectures and of none, without what only debuggers and builders need', () => {
    assert.deepEqual(names([]), ['bash.x86_64', 'bash-doc.noarch'])
    assert.deepEqual(names([], ['aarch64']), ['bash.aarch64', 'bash-doc.noarch'])
  })

  it('are those too where the site wants them', () =>
    assert.deepEqual(names(['source', 'debug']), [
      ...['bash.x86_64', 'bash-doc.noarch', 'bash-debuginfo.x86_64', 'bash-debugsource.x86_64', 'bash.src'],
    ]))

  it('are found where Koji keeps them', () =>
    assert.deepEqual(
      artifactOfRpm('https://f.example/', build, rpm('bash', 'x86_64'), { '': { sha256: sum } }),
      {
        name: 'bash-5.2-1.fc41.x86_64.rpm',
        url: 'https://f.example/packages/bash/5.2/1.fc41/x86_64/bash-5.2-1.fc41.x86_64.rpm',
        sha256: sum,
        size: 9,
      },
    ))

  it('are found on another disk, with odd signs in their names, and as they were signed', () => {
    const odd = { ...build, name: 'g++', volume_name: 'vol7' }
    const found = artifactOfRpm('https://f.example', odd, rpm('g++', 'noarch'), {
      '': { sha256: null },
      ABCDEF01: { sha256: sum },
    })
    assert.equal(
      found?.url,
      'https://f.example/vol/vol7/packages/g%2B%2B/5.2/1.fc41/data/signed/abcdef01/noarch/g%2B%2B-5.2-1.fc41.noarch.rpm',
    )
    assert.equal(found.size, undefined, 'a signature makes the file larger')
  })

  it('are none where the hub knows no checksum', () => {
    assert.equal(artifactOfRpm('https://f.example', build, rpm('bash', 'x86_64'), {}), null)
    assert.equal(artifactOfRpm('https://f.example', build, rpm('bash', 'x86_64'), { '': {} }), null)
  })
})
