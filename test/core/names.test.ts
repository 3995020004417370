/** Names from outside become names here, or a refusal. */
import assert from 'node:assert/strict'
import { isShared, kernelArch, parsePackage } from '../../core/names.ts'

describe('a package’s name', () => {
  it('is namespace/name', () =>
    assert.deepEqual(parsePackage('deb/libstdc++6'), { namespace: 'deb', name: 'libstdc++6' }))

  for (const bad of [
    'hello',
    'deb/',
    '/hello',
    'deb/../x',
    '../../x',
    'deb/a/b',
    'deb/a..b',
    'Deb/x',
    'deb/x.git',
    'deb/.x',
    'deb/a b',
    'deb/a\n',
    '',
  ])
    it(`is not ${JSON.stringify(bad)}`, () =>
      assert.throws(() => parsePackage(bad), { code: 'BAD_PACKAGE_NAME', status: 400 }))
})

describe('names of the field', () => {
  it('are those of the kernel for architectures', () =>
    assert.deepEqual(['amd64', 'arm64', 'riscv64'].map(kernelArch), ['x86_64', 'aarch64', 'riscv64']))

  it('mark dist and dist-* as shared namespaces', () =>
    assert.deepEqual(['dist', 'dist-kde', 'deb', 'distro'].map(isShared), [true, true, false, false]))
})
