import assert from 'node:assert/strict'
import {
  chunkSize,
  completeIndex,
  emptyIndex,
  extendIndex,
  offsetOf,
  settledChunks,
} from '../../server/line-index.ts'
import { textOf } from '../support/text.ts'

describe('the index of the lines of a text', () => {
  it('leads to every line, wherever chunks end', async () => {
    const lines = Array.from({ length: 5000 }, (_, at) => `${'x'.repeat((at * 37) % 90)}${at + 1}`)
    for (const text of [
      lines.join('\n'),
      `${lines.join('\n')}\n`,
      `${'y'.repeat(3 * chunkSize)}\n${lines.join('\n')}`,
    ]) {
      const from = textOf(text)
      const index = await completeIndex(emptyIndex, from)
      for (const [at, line] of text.replace(/\n$/, '').split('\n').entries()) {
        if (at % 13 !== 0) continue
        const offset = await offsetOf(from, index, at + 1)
        assert.equal(text.slice(offset ?? 0, (offset ?? 0) + line.length), line, `line ${at + 1}`)
      }
    }
  })

  it('knows no line beyond the last', async () => {
    for (const [text, lines] of [
      ['', 0],
      ['a', 1],
      ['a\n', 1],
      ['a\n\n', 2],
    ] as const) {
      const from = textOf(text)
      assert.equal(
        await offsetOf(from, await completeIndex(emptyIndex, from), lines + 1),
        lines === 0 ? 0 : null,
      )
    }
  })

  it('is the same when it was made bit by bit while the text grew', async () => {
    const step = (name: string): string => `== running ${name}\n${'a line\n'.repeat(20_000)}`
    const text = ['one', 'two', 'three'].map(step).join('')
    let index = emptyIndex
    for (let size = 10_000; size < text.length; size += 50_001)
      index = await extendIndex(index, textOf(text.slice(0, size)), settledChunks(size))
    const whole = await completeIndex(emptyIndex, textOf(text))
    assert.deepEqual(await completeIndex(index, textOf(text)), whole)
    assert.deepEqual(whole.sections, [
      { line: 1, title: 'running one' },
      { line: 20_002, title: 'running two' },
      { line: 40_003, title: 'running three' },
    ])
  })

  it('takes nothing for a step of the runner but what a runner says', async () => {
    const text =
      '== fetching the check of deb/hello and 1 artifacts\n== test 1 ==\n x == running y\n== runningaway\n== collecting what it left\n'
    const { sections } = await completeIndex(emptyIndex, textOf(text))
    assert.deepEqual(
      sections.map(({ line }) => line),
      [1, 5],
    )
  })
})
