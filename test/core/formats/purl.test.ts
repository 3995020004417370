/** Package URLs as CDEvents has them. */
import { deepEqual, equal } from 'node:assert/strict'
import { readPurl } from '../../../core/formats/purl.ts'

describe('a package URL', () => {
  it('gives type, name, version and qualifiers, decoded', () => {
    const read = readPurl('pkg:DEB/debian/libstdc%2B%2B6@1%3A2.10-3?arch=amd64&distro=bookworm')
    deepEqual(read && { ...read, qualifiers: Object.fromEntries(read.qualifiers) }, {
      type: 'deb',
      name: 'libstdc++6',
      version: '1:2.10-3',
      qualifiers: { arch: 'amd64', distro: 'bookworm' },
    })
  })

  it('keeps a plus, encoded or not, wherever it is', () => {
    const read = readPurl(
      'pkg:deb/debian/g++@2.10+dfsg-3%2Bb1?download_url=https://x.example/g++_2.10+dfsg.deb',
    )
    deepEqual([read?.name, read?.version], ['g++', '2.10+dfsg-3+b1'])
    equal(read?.qualifiers.get('download_url'), 'https://x.example/g++_2.10+dfsg.deb')
  })

  it('may have no version, and a way into the package that is left out', () => {
    deepEqual([readPurl('pkg:rpm/bash')?.version, readPurl('pkg:rpm/bash@5#doc/x')?.version], [null, '5'])
  })

  it('is none without scheme, type or name, with a user, or badly encoded', () => {
    for (const text of [
      '',
      'bash',
      'npm:bash',
      'pkg:',
      'pkg:rpm',
      'pkg:rpm/',
      'pkg:deb/hello@%zz',
      'pkg://u:p@rpm/bash',
    ])
      equal(readPurl(text), null, text)
  })
})
