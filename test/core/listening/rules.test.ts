/** Which builds count by the site's rules. */
import assert from 'node:assert/strict'
import type { HeardBuild } from '../../../core/listening/heard.ts'
import { applyRules } from '../../../core/listening/rules.ts'
import type { Rules } from '../../../schemas/types.gen.ts'

const heard = (over: Partial<HeardBuild> = {}): HeardBuild => ({
  kind: 'build',
  source: 'urn:test',
  id: '1',
  build: {
    package: 'rpms/bash',
    release: 'f41',
    version: '5.2-1.fc41',
    architectures: ['x86_64', 'aarch64'],
  },
  user: 'ann',
  scratch: false,
  ...over,
})

describe('the rules for builds', () => {
  const keptOut: [string, Rules, Partial<HeardBuild>?][] = [
    ['scratch', {}, { scratch: true }],
    ['namespaces', { namespaces: ['deb'] }],
    ['releases', { releases: ['f4?-updates', 'rawhide'] }],
    ['users', { users: { only: ['bob'] } }],
    ['users', { users: { never: ['a*'] } }],
    ['users', { users: { only: ['ann'] } }, { user: null }],
    ['architectures', { architectures: ['s390x'] }],
  ]
  for (const [rule, rules, over] of keptOut)
    it(`keep a build out by ${JSON.stringify(rules)}`, () => {
      const ruled = applyRules(heard(over), rules)
      assert.equal(ruled.kind === 'ignored' ? ruled.rule : ruled.kind, rule)
    })

  it('let in what none of them keeps out, scratch builds where they count', () => {
    assert.equal(applyRules(heard(), {}).kind, 'build')
    assert.equal(applyRules(heard({ scratch: true }), { scratch: true, releases: ['f*'] }).kind, 'build')
  })

  it('cut a build down to the architectures that count', () => {
    const ruled = applyRules(heard(), { architectures: ['aarch64'] })
    assert.deepEqual(ruled.kind === 'build' ? ruled.build.architectures : null, ['aarch64'])
  })
})
