/** JSON of strangers. */
import { deepEqual, throws } from 'node:assert/strict'
import { parseJson } from '../../core/json.ts'

const nested = (depth: number, [open, close]: readonly [string, string]): string =>
  open.repeat(depth) + close.repeat(depth)

describe('JSON of strangers', () => {
  it('is what JSON says, brackets in its strings included', () => {
    const value = { a: [1, { b: null }], '[[{"': `\\"${'['.repeat(500)}` }
    deepEqual(parseJson(JSON.stringify(value)), value)
    deepEqual(parseJson(nested(100, ['[', ']'])), JSON.parse(nested(100, ['[', ']'])))
    deepEqual(parseJson(`[${'[],'.repeat(1000)}[]]`), Array(1001).fill([]))
  })

  it('is none where it nests without end, or is none anyway', () => {
    const tooDeep = [nested(101, ['[', ']']), '['.repeat(1024 ** 2), `{"a":${'{"a":'.repeat(200)}`]
    for (const text of tooDeep) throws(() => parseJson(text), { name: 'SyntaxError', message: /100 deep/ })
    for (const text of ['', '{', '"a', '"\\', ']]', 'nul']) throws(() => parseJson(text), SyntaxError)
  })
})
