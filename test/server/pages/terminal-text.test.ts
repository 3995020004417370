import assert from 'node:assert/strict'
import { foldedLines } from '../../../server/pages/numbered-lines.ts'
import { coloured } from '../../../server/pages/terminal-text.ts'

const drawn = (...lines: string[]): string[] => coloured(lines).map(String)

describe('a log in the colours of a terminal', () => {
  it('keeps colours and styles, as classes that the style sheet knows', () => {
    assert.deepEqual(drawn('\u001b[1;32mok\u001b[0m 1', '\u001b[91mred\u001b[39m plain'), [
      '<span class="in-green bold">ok</span> 1',
      '<span class="in-red">red</span> plain',
    ])
    assert.deepEqual(drawn('\u001b[38;5;196mred\u001b[m', '\u001b[48;2;0;200;30mgreen\u001b[49m'), [
      '<span class="in-red">red</span>',
      '<span class="on-green">green</span>',
    ])
    assert.deepEqual(drawn('\u001b[31;44mlegible'), ['<span class="on-blue">legible</span>'])
  })

  it('lets a colour last beyond the end of its line, and carries out carriage returns', () => {
    assert.deepEqual(drawn('\u001b[31mone', 'two', '10%\r\u001b[0m20%\r'), [
      '<span class="in-red">one</span>',
      '<span class="in-red">two</span>',
      '20%',
    ])
  })

  it('takes as long as a line is, whatever it consists of', () => {
    // A second look from each of these would take minutes.
    const returns = '\r'.repeat(1_000_000)
    assert.deepEqual(drawn(`${returns}x`, returns), ['x', ''])
    for (const begun of ['\u001b', '\u001b[', '\u001b]', '\u009b0'])
      assert.equal(drawn(begun.repeat(200_000)).length, 1)
  })

  it('escapes what a check wrote, and passes no control sequence on', () => {
    assert.deepEqual(drawn('<b>\u001b]0;title\u0007\u001b[2J\u202e'), ['&lt;b&gt;[U+202E]'])
    assert.ok(!drawn('\u001b[999;38;5m\u001b[38;2;1mx\u001b[').join('').includes('\u001b'))
    assert.match(
      drawn(`\u001b[31m${'x'.repeat(5000)}`)[0] ?? '',
      /… \(3000 more characters in the whole log\)$/,
    )
  })
})

describe('a log folded by the steps of the runner', () => {
  const sections = [
    { line: 1, title: 'installing packages' },
    { line: 3, title: 'running smoke' },
    { line: 5, title: 'collecting what it left' },
  ]
  const lines = { lines: ['a', 'b', 'c', 'd', 'e'], first: 1, pageOf: () => '' }
  const open = (markup: string): boolean[] =>
    [...markup.matchAll(/<details class="fold" (open)?/g)].map(([, is]) => is !== undefined)

  it('is open where the check ran', () => {
    const markup = String(foldedLines(lines, sections))
    assert.deepEqual(open(markup), [false, true, false])
    assert.match(markup, /id="L2"[^]*<summary>[^]*running smoke[^]*id="L3"/)
  })

  it('is open where lines are pointed at instead', () => {
    assert.deepEqual(open(String(foldedLines({ ...lines, marked: { from: 5, to: 5 } }, sections))), [
      false,
      false,
      true,
    ])
  })

  it('is open everywhere when the check never ran, and has all lines whatever part of it is shown', () => {
    assert.deepEqual(open(String(foldedLines(lines, sections.slice(0, 1)))), [true])
    const part = String(foldedLines({ ...lines, first: 4 }, sections))
    assert.equal(part.match(/class="line"/g)?.length, 5)
  })
})
