/** Descriptions of Debian's source packages. */
import assert from 'node:assert/strict'
import { readDsc } from '../../../core/formats/dsc.ts'

const sum = 'a'.repeat(64)
const fields = `Format: 3.0 (quilt)
Source: hello
Version: 2.10-3
Build-Depends: debhelper-compat (= 13),
 gettext
Build-Depends-Indep: texinfo
Checksums-Sha256:
 ${sum} 725946 hello_2.10.orig.tar.gz
 ${sum} 12688 hello_2.10-3.debian.tar.xz
`
const signed = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

${fields}
-----BEGIN PGP SIGNATURE-----

iQIzBAEBCgAdFiEE
-----END PGP SIGNATURE-----
`

describe('the description of a source package', () => {
  for (const [what, text] of Object.entries({ plain: fields, signed }))
    it(`says what it consists of and what it is built with, ${what}`, () =>
      assert.deepEqual(readDsc(text), {
        files: [
          { path: 'hello_2.10.orig.tar.gz', sha256: sum, size: 725_946 },
          { path: 'hello_2.10-3.debian.tar.xz', sha256: sum, size: 12_688 },
        ],
        builtWith: 'build-essential, debhelper-compat (= 13), gettext, texinfo',
      }))

  for (const [what, text] of Object.entries({
    nothing: '',
    'another file': 'Package: hello\nVersion: 1\n',
    'no files': 'Source: hello\nChecksums-Sha256:\n',
    'a file in a folder': `Source: x\nChecksums-Sha256:\n ${sum} 1 a/b.tar.gz\n`,
    'a file that hides': `Source: x\nChecksums-Sha256:\n ${sum} 1 .profile\n`,
    'an option of programs': `Source: x\nChecksums-Sha256:\n ${sum} 1 --help\n`,
    'endless files': `Source: x\nChecksums-Sha256:\n${` ${sum} 1 a.tar\n`.repeat(201)}`,
  }))
    it(`is not ${what}`, () => assert.equal(readDsc(text), null))
})
