import assert from 'node:assert/strict'
import { BadCondition, holds } from '../../../../core/formats/fmf/condition.ts'
import { patterns } from '../../../../core/formats/fmf/pattern.ts'

const context = new Map([
  ['distro', ['centos-8.4']],
  ['arch', ['x86_64']],
  ['build', ['git-2.3.4']],
  ['bare', ['fedora']],
  ['several', ['one-1', 'two-2']],
])
const answer = (condition: unknown): boolean | null => holds(condition, context, patterns())

describe('conditions on the context', () => {
  it('compare names and versions as precisely as they ask', () => {
    const table: [string, boolean | null][] = [
      ['distro == centos', true],
      ['distro == centos-8', true],
      ['distro = centos-8.4', true],
      ['distro == centos-8.4.1', false],
      ['distro == fedora', false],
      ['distro != fedora', true],
      ['distro != centos-8', false],
      ['distro < centos-9', true],
      ['distro >= centos-9', false],
      ['distro > centos-8.3', true],
      ['distro < centos-8.4.1', true],
      ['distro < fedora-33', null],
      ['bare < fedora-33', null],
      ['bare == fedora-33', false],
      ['build >= git-2', true],
      ['build >= git-3', false],
      ['build >= fmf-2', null],
      ['arch == ppc64le, x86_64', true],
      ['arch ~ x86.*', true],
      ['arch !~ ppc64.*', true],
      ['several == two', true],
      ['several < two-3', true],
    ]
    for (const [condition, wanted] of table) assert.equal(answer(condition), wanted, condition)
  })

  it('compare minor versions only within one major version where they say so', () => {
    const table: [string, string, boolean | null][] = [
      ['centos-7.8', 'centos-7.9', true],
      ['centos-7.8', 'centos-8.2', null],
      ['centos-7.8', 'centos-8', true],
      ['centos-7.9', 'centos-7.9', false],
      ['centos-7', 'centos-7.9', null],
      ['centos-7', 'centos-8', true],
      ['centos-8.1', 'centos-7.9', null],
      ['centos-8.1', 'centos-8.2', true],
      ['centos-8.2', 'centos-8', false],
    ]
    for (const [value, wanted, less] of table)
      assert.equal(
        holds(`distro ~< ${wanted}`, new Map([['distro', [value]]]), patterns()),
        less,
        `${value} ${wanted}`,
      )
    assert.equal(answer('distro ~= centos-8'), true)
    assert.equal(answer('distro ~!= centos-9.1'), true)
  })

  it('know what is defined, and leave open what is not', () => {
    assert.equal(answer('arch is defined'), true)
    assert.equal(answer('collection is defined'), false)
    assert.equal(answer('collection is not defined'), true)
    assert.equal(answer('collection == a'), null)
    assert.equal(answer('collection != a'), null)
  })

  it('join with and before or, and with what cannot be decided', () => {
    const table: [string, boolean | null][] = [
      ['true or false and false', true],
      ['false and collection == a', false],
      ['collection == a and true', null],
      ['collection == a or true', true],
      ['collection == a or false', null],
      ['arch == s390x or distro == centos and arch == x86_64', true],
    ]
    for (const [condition, wanted] of table) assert.equal(answer(condition), wanted, condition)
    assert.equal(answer(true), true)
  })

  it('say what cannot be read', () => {
    for (const condition of [
      '',
      'arch',
      'arch == ',
      'and arch == x',
      'arch ~ (',
      'arch === x',
      3,
      'a == b or',
    ])
      assert.throws(() => answer(condition), BadCondition, String(condition))
  })
})
