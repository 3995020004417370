import assert from 'node:assert/strict'
import { withoutEnd, withoutGit } from '../../core/ends.ts'

describe('what repeats at the end of a text', () => {
  it('is left out, and nothing else', () => {
    assert.equal(withoutEnd('a/b///', '/'), 'a/b')
    assert.equal(withoutEnd('///', '/'), '')
    assert.equal(withoutEnd('a/b', '/'), 'a/b')
    for (const address of ['h/a', 'h/a/', 'h/a.git', 'h/a.git//']) assert.equal(withoutGit(address), 'h/a')
    assert.equal(withoutGit('h/.gitx'), 'h/.gitx')
  })

  it('is looked at once, however much there is of it', () => {
    assert.equal(withoutEnd(`${'/'.repeat(500_000)}a`, '/').length, 500_001)
    assert.equal(withoutEnd('/'.repeat(500_000), '/'), '')
  })
})
