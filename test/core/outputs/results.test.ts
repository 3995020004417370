import assert from 'node:assert/strict'
import { parseResults } from '../../../core/outputs/results.ts'

describe('structured results', () => {
  it('are JSON objects, one a line', () => {
    const lines = [
      '{"name":"greeting","outcome":"passed","data":{"took":"1s"}}',
      '',
      '{"name":"a/b:c","outcome":"failed","note":"said \\u0000 nothing","artifact":"log.txt"}',
    ]
    const { results, notes } = parseResults(lines.join('\n'))
    assert.deepEqual(
      results.map(({ name, outcome }) => [name, outcome]),
      [
        ['greeting', 'passed'],
        ['a/b:c', 'failed'],
      ],
    )
    assert.deepEqual(notes, [])
  })

  it('are none when there is nothing', () => {
    assert.deepEqual(parseResults(''), { results: [], notes: [] })
    assert.deepEqual(parseResults('\n'.repeat(4 << 20)), { results: [], notes: [] })
  })

  it('that are not valid are left out, and said with their line and what is wrong', () => {
    const lines = [
      'not json',
      '{"name":"x","outcome":"fine"}',
      '{"name":"../x","outcome":"passed"}',
      '{"name":"y","outcome":"passed","extra":1}',
      '[]',
      '{"name":"good","outcome":"passed"}',
      '{"name":"cut","outco',
    ]
    const { results, notes } = parseResults(lines.join('\n'))
    assert.deepEqual(
      results.map(({ name }) => name),
      ['good'],
    )
    assert.equal(notes.length, 6)
    assert.equal(notes[0], 'Line 1 of the results was left out: it is not JSON.')
    assert.match(notes[1]!, /^Line 2 .*outcome: must be one of passed, failed/)
    assert.match(notes[3]!, /unknown key "extra"/)
  })

  it('are bounded in number, in length and in what is said about the bad ones', () => {
    const many = parseResults('{"name":"x","outcome":"passed"}\n'.repeat(6000))
    assert.equal(many.results.length, 5000)
    assert.deepEqual(many.notes, ['Only the first 5000 results were kept.'])
    const bad = parseResults('x\n'.repeat(100_000))
    assert.equal(bad.notes.length, 11)
    assert.equal(bad.notes.at(-1), '100000 lines of the results were left out in all.')
    const long = parseResults(`{"name":"x","outcome":"passed","note":"${'n'.repeat(70_000)}"}`)
    assert.match(long.notes[0]!, /longer than/)
    assert.ok(
      parseResults(`{"name":"${'y'.repeat(3000)}","outcome":"${'z'.repeat(3000)}"}`).notes[0]!.length <= 500,
    )
  })
})
