import assert from 'node:assert/strict'
import { logFrom, logLimits, logTail } from '../../server/log-part.ts'
import { textOf } from '../support/text.ts'

const numbered = (count: number): string =>
  Array.from({ length: count }, (_, at) => `line ${at + 1}\n`).join('')

describe('a part of a log', () => {
  it('is all of a short one', async () => {
    assert.deepEqual(await logTail(textOf('a\nb\n'), false), {
      firstLine: 1,
      lines: ['a', 'b'],
      offset: 4,
      size: 4,
    })
    assert.deepEqual((await logTail(textOf(''), false)).lines, [])
  })

  it('is the numbered end of a long one', async () => {
    const tail = await logTail(textOf(numbered(100_000)), false)
    assert.equal(tail.lines.length, logLimits.lines)
    assert.deepEqual([tail.firstLine, tail.lines[0]], [99_501, 'line 99501'])
    assert.equal(tail.lines.at(-1), 'line 100000')
  })

  it('leaves a line that is being written for later, unless it is endless', async () => {
    assert.deepEqual(await logTail(textOf('a\nhalf'), true), {
      firstLine: 1,
      lines: ['a'],
      offset: 2,
      size: 6,
    })
    assert.deepEqual((await logTail(textOf('a\nhalf'), false)).lines, ['a', 'half'])
    const endless = await logTail(textOf('x'.repeat(logLimits.window + 5)), true)
    assert.equal(endless.offset, endless.size)
  })

  it('begins with whatever line is asked for', async () => {
    const part = await logFrom(textOf(numbered(100_000)), 50_000)
    assert.deepEqual(
      [part?.firstLine, part?.lines[0], part?.lines.length],
      [50_000, 'line 50000', logLimits.lines],
    )
    assert.equal((await logFrom(textOf('a\nb\n'), 1))?.lines[0], 'a')
    assert.equal((await logFrom(textOf('a\nlast'), 2))?.offset, 6)
    assert.equal(await logFrom(textOf('a\nb\n'), 3), null)
  })

  it('never ends within a line, whatever bytes a check wrote', async () => {
    const wide = textOf(`${'w'.repeat(1000)}\n`.repeat(1000))
    const part = await logFrom(wide, 3)
    assert.ok(part?.lines.every((line) => line.length === 1000))
    assert.equal(part?.offset, (2 + (part?.lines.length ?? 0)) * 1001)
  })
})
