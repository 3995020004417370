import assert from 'node:assert/strict'
import { asksFor, dependsFor, strangeDepends } from '../../../core/formats/dep8-depends.ts'

describe('what a test depends on', () => {
  it('is what is for its architecture and for no build profile', () => {
    const kept: Record<string, string> = {
      '@': '@',
      'curl, python3 (>=3.9)|pypy3,': 'curl, python3 (>= 3.9) | pypy3',
      'a [amd64], b [!amd64], c [arm64 linux-any], d [any-amd64]': 'a, c, d',
      'a [s390x] | b': 'b',
      'a <!nocheck>, b <nocheck>, c <stage1> <!nodoc !nocheck>': 'a, c',
      'python3:any, gcc:native': 'python3:any, gcc',
      '@ [arm64], @recommends@ [amd64]': '@, @recommends@',
      '': '',
    }
    for (const [text, wanted] of Object.entries(kept)) {
      assert.deepEqual(strangeDepends(text), [])
      assert.equal(dependsFor(text, 'amd64'), wanted)
    }
  })

  it('is refused where it is no such thing', () => {
    for (const text of ['a b', '-o Dir=/', 'a (= 1) (= 2)', '@@', '$(id)', 'a [amd64'])
      assert.equal(strangeDepends(`ok, ${text}`).length, 1, text)
  })

  it('tells whether the packages of the build are asked for', () => {
    assert.equal(asksFor('a, b | @ [amd64]', '@'), true)
    assert.equal(asksFor('@builddeps@', '@'), false)
  })

  it('is read in one go, however it was made to be looked at again from each of its places', () => {
    const many = 200_000
    for (const text of [
      ...[' ', '[', '<', 'a ', '[ ', '<a> '].map((part) => part.repeat(many)),
      `a${' '.repeat(many)}(`,
      `a [${'['.repeat(many)}`,
      `a ${'<!x> '.repeat(many)}<`,
    ]) {
      strangeDepends(text)
      asksFor(text, '@')
      dependsFor(text, 'amd64')
    }
  })
})
