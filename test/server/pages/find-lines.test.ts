import assert from 'node:assert/strict'
import { findLimits, findLines } from '../../../server/pages/find-lines.ts'
import { textOf } from '../../support/text.ts'

describe('looking for words in a text', () => {
  it('finds lines as a reader sees them, in capitals or not', async () => {
    const text = textOf('one\n\u001b[31mFAI\u001b[0mL: two\nfail\n10%\rdone\n')
    const { hits, next } = await findLines(text, 'fail', 1)
    assert.deepEqual(hits, [
      { line: 2, text: 'FAIL: two' },
      { line: 3, text: 'fail' },
    ])
    assert.equal(next, null)
    assert.deepEqual((await findLines(text, '10%', 1)).hits, [])
    assert.deepEqual((await findLines(text, '.*', 1)).hits, [])
    assert.deepEqual((await findLines(text, 'fail', 3)).hits, [{ line: 3, text: 'fail' }])
  })

  it('shows what stands around words that are far into a line', async () => {
    const { hits } = await findLines(textOf(`${'a'.repeat(5000)}needle${'b'.repeat(5000)}\n`), 'needle', 1)
    assert.match(hits[0]?.text ?? '', /^… a+needleb+ …$/)
    assert.ok((hits[0]?.text.length ?? 0) < findLimits.shown + 10)
  })

  it('stops after so many and says with which line to go on', async () => {
    const text = textOf('hit\nmiss\n'.repeat(findLimits.hits + 3))
    const first = await findLines(text, 'hit', 1)
    assert.equal(first.hits.length, findLimits.hits)
    const rest = await findLines(text, 'hit', first.next ?? 0)
    assert.deepEqual(
      [...first.hits, ...rest.hits].map(({ line }) => line),
      Array.from({ length: findLimits.hits + 3 }, (_, at) => at * 2 + 1),
    )
    assert.equal(rest.next, null)
  })

  it('looks at so many bytes at a time, leaves out no line between, and passes an endless one', async () => {
    const most = 1024 ** 2
    const many = 1500
    const text = textOf(`${`${'z'.repeat(997)}\n`.repeat(many)}needle\n${'e'.repeat(most + 10)}\nneedle\n`)
    const found: number[] = []
    let requests = 0
    for (let from: number | null = 1; from !== null; requests++) {
      const { hits, next } = await findLines(text, 'needle', from, most)
      found.push(...hits.map(({ line }) => line))
      from = next
    }
    assert.deepEqual(found, [many + 1, many + 3])
    assert.ok(requests >= 3)
  })
})
