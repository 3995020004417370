import assert from 'node:assert/strict'
import { parseTap } from '../../../core/outputs/tap.ts'

const outcomes = (text: string): string[] =>
  parseTap(text).results.map(({ name, outcome, note }) =>
    [name, outcome, ...(note === undefined ? [] : [note])].join(' | '),
  )

describe('TAP', () => {
  it('gives a result for each test, called by its description or else by its number', () => {
    assert.deepEqual(outcomes('TAP version 14\n1..3\nok 1 - it starts\nnot ok 2 it stops\nok\n'), [
      'it-starts | passed',
      'it-stops | failed',
      '3 | passed',
    ])
  })

  it('passes over what is no TAP', () =>
    assert.deepEqual(outcomes('building\n# a comment\nok 1 - a\nokay\nnotok\n  ok 2 - in two\n1..1\n'), [
      'a | passed',
    ]))

  it('takes what is to do and what is skipped for no failure', () => {
    assert.deepEqual(
      outcomes(
        '1..4\nnot ok 1 - a # TODO later\nok 2 - b # todo\nok 3 - c # SKIP no net\nnot ok 4 - d \\# todo\n',
      ),
      ['a | info | todo: later', 'b | passed | todo', 'c | skipped | skip: no net', 'd-todo | failed'],
    )
    assert.deepEqual(outcomes('1..0 # SKIP no display\n'), ['all | skipped | skip: no display'])
  })

  it('keeps diagnostics as data, their message as the note', () => {
    const text = `1..2
not ok 1 - adds
  ---
  message: 'not a sum'
  severity: fail
  data: {got: 3, expect: 4}
  ...
not ok 2 - not yaml
  ---
  a: [
  ...
`
    const [adds, broken] = parseTap(text).results
    assert.equal(adds?.note, 'not a sum')
    assert.deepEqual(adds.data, {
      message: 'not a sum',
      severity: 'fail',
      data: '{"got":3,"expect":4}',
    })
    assert.deepEqual(broken?.data, { diagnostic: 'a: [' })
  })

  it('puts the tests of a subtest below it', () => {
    const text = `TAP version 14
# Subtest: outer
    ok 1 - first
    # Subtest: inner
        not ok 1 - deep
        1..1
    not ok 2 - inner
    1..2
not ok 1 - outer
    not ok 1 - excused
    1..1
not ok 2 - later # TODO
1..2
`
    assert.deepEqual(outcomes(text), [
      'outer/first | passed',
      'outer/inner/deep | failed',
      'outer/inner | failed',
      'outer | failed',
      'later/excused | info',
      'later | info | todo',
    ])
  })

  it('fails where the plan was not kept, or is missing, also that of a subtest', () => {
    assert.deepEqual(outcomes('1..3\nok 1\n'), [
      '1 | passed',
      'plan | failed | 3 tests were planned, 1 were run.',
    ])
    assert.deepEqual(outcomes('ok 1\n'), [
      '1 | passed',
      'plan | failed | The plan is missing: a line such as 1..3.',
    ])
    assert.deepEqual(outcomes('1..1\nok 7\n'), [
      '7 | passed',
      'plan | failed | Test 7 is not in the plan of 1.',
    ])
    assert.deepEqual(outcomes('hello\n'), ['plan | failed | The output holds no TAP.'])
    assert.deepEqual(outcomes('    ok 1 - a\n    1..2\nok 1 - s\n1..1\n'), [
      's/a | passed',
      's/plan | failed | 2 tests were planned, 1 were run.',
      's | passed',
    ])
  })

  it('fails where the tests bailed out, and reads no further', () =>
    assert.deepEqual(outcomes('1..5\nok 1 - a\nBail out! No database.\nnot ok 2 - b\n'), [
      'a | passed',
      'bail-out | failed | Bail out! No database.',
    ]))

  it('goes on where the machine was rebooted', () =>
    assert.deepEqual(outcomes('1..2\nok 1 - before\n1..2\nok 2 - after\n'), [
      'before | passed',
      'after | passed',
    ]))

  it('tells tests of one name apart', () =>
    assert.deepEqual(outcomes('1..4\nok - a\nok - a\nok - a-2\nok - a\n'), [
      'a | passed',
      'a-2 | passed',
      'a-2-2 | passed',
      'a-3 | passed',
    ]))

  it('is bounded, whatever it holds', () => {
    const many = parseTap(`1..9999\n${'ok\n'.repeat(9999)}`)
    assert.equal(many.results.length, 5000)
    assert.match(many.notes.join(' '), /Only the first 5000/)
    // So many that what takes the square of a line's length takes minutes, and mocha ends it.
    const lines = (line: string): string => `${line}\n`.repeat(200)
    const hostile = [
      lines(`ok ${' '.repeat(60_000)}\\`),
      lines(`ok ${'\\'.repeat(60_001)}`),
      lines(`ok ${'# '.repeat(30_000)}\u2028`),
      lines(`1..1 # skip${' '.repeat(60_000)}\u2028`),
      `${' '.repeat(400)}ok`,
      'x\n'.repeat(4 << 20),
      `ok\n  ---\n${'  a: [\n'.repeat(20_000)}`,
      Array.from({ length: 30 }, (_, at) => `${'    '.repeat(at)}ok\n`).join(''),
    ]
    for (const text of hostile) assert.ok(parseTap(text).results.length <= 5000)
  })
})
