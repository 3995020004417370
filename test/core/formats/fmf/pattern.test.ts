import assert from 'node:assert/strict'
import { BadPattern, patterns } from '../../../../core/formats/fmf/pattern.ts'

describe('patterns', () => {
  const { search, matches, replace } = patterns()

  it('match as Python has them match', () => {
    const table: [string, string, boolean][] = [
      ['/smoke', '/tests/smoke/one', true],
      ['^/tests', '/tests/one', true],
      ['^/tests', '/more/tests', false],
      ['/oscap/[^/]+$', '/hard/oscap/one', true],
      ['/oscap/[^/]+$', '/hard/oscap/one/two', false],
      ['a|b$', 'xa-', true],
      ['(one|two)/(?P<x>three)', '/two/three', true],
      ['^(?!.*slow).*$', '/tests/slow/x', false],
      ['^(?!.*slow).*$', '/tests/fast/x', true],
      ['(?<=fed)ora', 'fedora', true],
      ['(?<!fed)ora', 'fedora', false],
      ['(a+)-\\1$', 'aa-aa', true],
      ['^(?P<n>a+)-(?P=n)$', 'aa-a', false],
      ['^\\w{2,3}$', 'abcd', false],
      ['^\\d+?$', '123', true],
      ['^x{,2}$', 'xx', true],
      ['\\bone\\b', 'an one, two', true],
      ['(?i)FEDORA', 'fedora', true],
      ['[]x-]', ']', true],
      ['[a\\-z]', '-', true],
      ['a{b}', 'a{b}', true],
      ['ppc64.*', 'ppc64le', true],
      ['', 'anything', true],
    ]
    for (const [source, text, wanted] of table)
      assert.equal(search(source, text), wanted, `${source} in ${text}`)
    assert.equal(matches('Tier[12]', 'Tier1'), true)
    assert.equal(matches('a|b', 'xb'), false)
  })

  it('replace with groups, by number and by name', () => {
    assert.equal(replace('^foo', 'foo-ng', 'foo foo'), 'foo-ng foo')
    assert.equal(replace('python2-(\\w+)', 'python3-\\1', 'python2-a python2-b'), 'python3-a python3-b')
    assert.equal(replace('(?P<it>b)', '<\\g<it>>', 'abc'), 'a<b>c')
    assert.equal(replace('x*', '-', 'ab'), '-a-b-')
  })

  it('say what cannot be read', () => {
    for (const source of ['(', 'a)', '[a', '*a', 'a**', '(?X)', '\\', 'a{5,2}', 'a{9999}', '(?P=no)('])
      assert.throws(() => search(source, 'a'), BadPattern, source)
  })

  it('end, whatever they are', () => {
    const bounded = patterns(100_000)
    assert.throws(() => bounded.search('^(a+)+$', `${'a'.repeat(60)}b`), /takes too long/)
    // What was spent is spent: many of them are as bounded as one.
    assert.throws(() => bounded.search('^(b|b)*$', `${'b'.repeat(60)}c`), /takes too long/)
    assert.throws(() => patterns().search('(a|b)*c', 'ab'.repeat(4_900)), BadPattern)
    assert.throws(() => search('^(?:a|b)*$', 'a'.repeat(5_000)), /takes too long/)
    assert.throws(() => search(`${'('.repeat(60)}${')'.repeat(60)}`, ''), /too deep/)
  })
})
