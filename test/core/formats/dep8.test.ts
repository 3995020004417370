import assert from 'node:assert/strict'
import type { Reading } from '../../../core/check.ts'
import { readDep8 } from '../../../core/formats/dep8.ts'

const repository = { namespace: 'deb', name: 'hello' }
const read = (text: string, source: string | null = null): Reading =>
  readDep8(text, { file: 'debian/tests/control', repository, source })
const only = (text: string, source: string | null = null) => {
  const { checks, faults } = read(text, source)
  assert.deepEqual(faults, [])
  assert.equal(checks.length, 1)
  return checks[0]!
}
const why = (text: string): string => {
  const { checks, skipped } = read(text)
  assert.deepEqual(checks, [])
  return skipped.map(({ name, reason }) => `${name}: ${reason}`).join('\n')
}

describe('reading DEP-8', () => {
  it('makes a check of each test, as autopkgtest would run it', () => {
    const [check, ...more] = read(
      '# comment\nTests: smoke, b\n# another\nDepends: @,\n# more\n curl\n',
    ).checks
    assert.equal(more.length, 1)
    assert.deepEqual(check, {
      name: 'smoke',
      summary: null,
      run: 'debian/tests/smoke',
      image: null,
      install: true,
      packages: [],
      on: 'build',
      for: ['deb/hello'],
      arch: null,
      network: 'mirror',
      timeoutSeconds: 10_000,
      memoryMiB: 2048,
      cpus: 1,
      diskMiB: 8192,
      results: 'exit',
      rules: { unskippable: true, flaky: false, superficial: false, skipNotInstallable: false },
      dep8: { kind: 'file', user: 'normal', allowStderr: false, depends: '@, curl', source: true },
    })
  })

  it('names commands by their number, or as the feature test-name says', () => {
    const { checks } = read(
      'Test-Command: a\n\nTests: t\n\nTest-Command: b\nFeatures: other, test-name=named\n\nTest-Command: c\n',
    )
    assert.deepEqual(
      checks.map(({ name, run, dep8 }) => [name, run, dep8?.kind]),
      [
        ['command1', 'a', 'command'],
        ['t', 'debian/tests/t', 'file'],
        ['named', 'b', 'command'],
        ['command3', 'c', 'command'],
      ],
    )
  })

  it('takes a test that two stanzas declare for two checks', () => {
    const { checks } = read('Tests: a\n\nTests: a\nRestrictions: needs-root\n')
    assert.deepEqual(
      checks.map(({ name, dep8 }) => [name, dep8?.user]),
      [
        ['a', 'normal'],
        ['a-2', 'root'],
      ],
    )
  })

  it('knows the restrictions', () => {
    const all = only(
      'Tests: a\nDepends:\nTests-Directory: test/\nRestrictions: needs-sudo skippable, flaky\n superficial allow-stderr skip-not-installable needs-internet breaks-testbed needs-reboot isolation-machine isolation-container rw-build-tree skip-foreign-architecture\n',
    )
    assert.equal(all.run, 'test/a')
    assert.equal(all.network, 'internet')
    assert.equal(all.install, false)
    assert.deepEqual(all.rules, {
      unskippable: false,
      flaky: true,
      superficial: true,
      skipNotInstallable: true,
    })
    assert.deepEqual(all.dep8, {
      ...{ kind: 'file', user: 'sudo', allowStderr: true, depends: ', passwd, sudo', source: true },
    })
    assert.equal(only('Tests: a\nRestrictions: needs-recommends\n').dep8?.depends, '@, @recommends@')
  })

  it('skips what it cannot do, with the reason', () => {
    assert.match(
      why('Tests: a\nRestrictions: needs-tomorrow\n'),
      /^a: nobody knows its restriction needs-tomorrow$/,
    )
    assert.match(why('Tests: a\nColour: red\n'), /^a: nobody knows its field Colour$/)
    assert.match(why('Tests: a\nRestrictions: hint-testsuite-triggers\n'), /never run/)
    assert.match(why('Tests: a\nArchitecture: hurd-i386\n'), /no architecture that there are machines of/)
  })

  it('knows what the source is built with where debian/control says it', () => {
    const source =
      'Source: hello\nBuild-Depends: debhelper-compat (= 13),\n# comment\n gettext\nBuild-Depends-Indep: texinfo\n\nPackage: hello\n'
    assert.equal(
      only('Tests: a\nDepends: @builddeps@, x\n', source).dep8?.depends,
      'build-essential, debhelper-compat (= 13), gettext, texinfo, x',
    )
  })

  it('leaves it to the source package of the build what it is built with where the repository does not say', () => {
    const { depends, source } = only('Tests: a\nDepends: @builddeps@, x\n').dep8 ?? {}
    assert.deepEqual([depends, source], ['@builddeps@, x', true])
    assert.equal(only('Tests: a\n', 'Source: hello\n').dep8?.source, undefined)
  })

  it('builds the tree first where a test needs that, with what the source package is built with', () => {
    const text = 'Tests: a\nDepends: x\nRestrictions: build-needed\n'
    const { depends, build } = only(text, 'Source: hello\nBuild-Depends: gettext\n').dep8 ?? {}
    assert.deepEqual([depends, build], ['x, build-essential, gettext, fakeroot', true])
    assert.equal(only(text).dep8?.depends, 'x, @builddeps@, fakeroot')
  })

  it('knows architectures', () => {
    assert.deepEqual(only('Tests: a\nArchitecture: amd64 arm64\n').arch, ['x86_64', 'aarch64'])
    assert.equal(only('Tests: a\nArchitecture: any\n').arch, null)
    const others = only('Tests: a\nArchitecture: !amd64 !i386\n').arch
    assert.ok(others?.includes('aarch64') && !others.includes('x86_64') && !others.includes('i686'))
  })

  it('says everything that is wrong at once, with its place', () => {
    const { faults, checks } = read(
      'Tests: ../a\nDepends: b c\n\nTest: x\n\nTests: a\nTest-Command: b\nTests: c\n\n odd\n\nTests:\n\nTests: a\nTests-Directory: ../..\n',
    )
    assert.deepEqual(checks, [])
    assert.deepEqual(
      faults.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '1:8 "../a" cannot be the name of a test',
        '2:10 Depends cannot hold "b c"',
        '4:1 a stanza has neither Tests nor Test-Command',
        '6:1 a stanza has both Tests and Test-Command',
        '8:1 field Tests is here twice in one stanza',
        '10:1 is neither a field nor the rest of one',
        '12:7 Tests names no test',
        '15:18 Tests-Directory leads out of the repository',
      ],
    )
    assert.equal(faults.find(({ line }) => line === 4)?.mend, 'write tests: for Test:')
    assert.match(read('').faults[0]!.message, /declares no tests/)
  })

  it('takes time as it is long, whatever it holds', function () {
    this.timeout(300_000)
    // What takes the square of that takes minutes, and mocha ends it.
    for (const part of ['Tests: a\n\n', ' ', 'a:\n', '#', 'Depends: a | ', 'Tests: a\nDepends: <', ','])
      read(part.repeat((2 << 20) / part.length))
    read(`Tests: a\nDepends: a ${'<!x> '.repeat(400_000)}!\n`)
    read(`Tests: a\nDepends: a${' '.repeat(2 << 20)}!\n`)
  })
})
