import assert from 'node:assert/strict'
import { neutral, neutraliser } from '../../bin/neutral-text.ts'

describe('what a terminal is given', () => {
  it('keeps colours, lines and tabs', () => {
    const text = 'a\tb\r\n\u001b[1;31mred\u001b[0m é ✓\n'
    assert.equal(neutral(text), text)
  })

  it('shows every other control sequence instead of obeying it', () => {
    assert.equal(neutral('\u001b]0;title\u0007'), '␛]0;title␇')
    assert.equal(neutral('\u001b[2J\u001b[H\u001bc'), '␛[2J␛[H␛c')
    assert.equal(neutral('\u009b2J \u007f \u0000'), '\ufffd2J ␡ ␀')
  })

  it('is the same whatever pieces it comes in', () => {
    const text = 'é \u001b[31mred\u001b[0m \u001b]52;c;aGk=\u0007 \u001b[6n \u001b'
    const bytes = Buffer.from(text)
    for (const size of [1, 2, 3, 7, 100]) {
      const next = neutraliser()
      let said = ''
      for (let at = 0; at < bytes.length; at += size) said += next(bytes.subarray(at, at + size))
      assert.equal(said + next(), neutral(text), `in pieces of ${size}`)
    }
  })
})
