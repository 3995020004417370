/** Which checks a build calls for. */
import assert from 'node:assert/strict'
import type { Check } from '../../core/check.ts'
import { matchesGlob } from '../../core/globs.ts'
import { plan, type MatchableBuild, type MatchableRegistration } from '../../core/matching.ts'
import { sampleCheck } from '../support/checks.ts'

const check = (over: Partial<Check> = {}): Check => sampleCheck({ arch: null, ...over })
const registration = (over: Partial<MatchableRegistration> = {}): MatchableRegistration => ({
  id: 1,
  repository: { namespace: 'deb', name: 'hello' },
  branch: 'main',
  isDefault: true,
  commit: 'a'.repeat(40),
  checks: [check()],
  ...over,
})
const build: MatchableBuild = {
  id: 'b1',
  package: 'deb/hello',
  release: 'bookworm',
  architectures: ['x86_64'],
}
const names = (registrations: MatchableRegistration[], over: Partial<MatchableBuild> = {}): string[] =>
  plan({ ...build, ...over }, registrations, ['x86_64']).map(
    ({ commit, check: { name }, arch }) => `${commit[0] ?? ''}/${name}/${arch}`,
  )

describe('matching a build against registrations', () => {
  it('plans each check of the package once per architecture', () =>
    assert.deepEqual(names([registration({ checks: [check(), check({ name: 'deep' })] })]), [
      'a/smoke/x86_64',
      'a/deep/x86_64',
    ]))

  it('gives the same keys however often it is asked', () =>
    assert.deepEqual(plan(build, [registration()], ['x86_64']), plan(build, [registration()], ['x86_64'])))

  it('prefers the branch named like the release to the default branch, in whichever order they come', () => {
    const release = registration({ id: 2, branch: 'bookworm', isDefault: false, commit: 'b'.repeat(40) })
    assert.deepEqual(names([registration(), release]), ['b/smoke/x86_64'])
    assert.deepEqual(names([release, registration()]), ['b/smoke/x86_64'])
  })

  it('falls back to the default branch', () =>
    assert.deepEqual(
      names([registration(), registration({ branch: 'sid', isDefault: false, commit: 'c'.repeat(40) })]),
      ['a/smoke/x86_64'],
    ))

  it('plans nothing for a release that has no branch where the default branch declares nothing', () =>
    assert.deepEqual(names([registration({ branch: 'sid', isDefault: false })]), []))

  it('understands amd64 as x86_64, and runs an architecture named twice once', () =>
    assert.deepEqual(names([registration()], { architectures: ['amd64', 'x86_64'] }), ['a/smoke/x86_64']))

  it('leaves out architectures that the site cannot run where the check asks for none', () =>
    assert.deepEqual(names([registration()], { architectures: ['x86_64', 's390x'] }), ['a/smoke/x86_64']))

  it('skips, with the reason, an architecture that the check asks for and the site lacks', () => {
    const [planned] = plan(
      { ...build, architectures: ['s390x'] },
      [registration({ checks: [check({ arch: ['s390x'] })] })],
      ['x86_64'],
    )
    assert.match(planned?.skip ?? '', /no machines of architecture s390x/)
  })

  it('leaves checks for other events alone', () =>
    assert.deepEqual(names([registration({ checks: [check({ on: { type: 'org.example.tag' } })] })]), []))

  it('matches globs of a shared namespace only', () => {
    const shared = registration({
      repository: { namespace: 'dist', name: 'lint' },
      checks: [check({ for: ['deb/*'] })],
    })
    assert.deepEqual(names([shared]), ['a/smoke/x86_64'])
    assert.deepEqual(names([shared], { package: 'rpms/bash' }), [])
    assert.deepEqual(names([registration({ checks: [check({ for: ['deb/*'] })] })]), [])
  })

  it('adds the checks of shared repositories to the package’s own', () => {
    const shared = registration({
      repository: { namespace: 'dist', name: 'lint' },
      commit: 'd'.repeat(40),
      checks: [check({ for: ['deb/hello'] })],
    })
    assert.deepEqual(names([registration(), shared]), ['a/smoke/x86_64', 'd/smoke/x86_64'])
  })
})

describe('a glob', () => {
  const cases: [string, string, boolean][] = [
    ['deb/hello', 'deb/hello', true],
    ['deb/hello', 'deb/h*o', true],
    ['deb/hello', '*/*', true],
    ['deb/hello', 'deb/hell?', true],
    ['deb/hello', 'deb/hell', false],
    ['deb/hello', 'd*', false],
    ['deb/hello', '*', false],
    ['deb/python3.11', 'deb/python3?11', true],
    ['deb/python3x11', 'deb/python3.11', false],
  ]
  for (const [text, glob, expected] of cases)
    it(`${glob} ${expected ? 'matches' : 'does not match'} ${text}`, () =>
      assert.equal(matchesGlob(text, glob), expected))

  it('takes no time over a hostile pattern', () =>
    assert.equal(matchesGlob(`deb/${'a'.repeat(120)}b`, `deb/${'*a'.repeat(60)}`), false))
})
