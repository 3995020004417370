import assert from 'node:assert/strict'
import { suiteTimes } from '../../bench/suite.ts'

describe('the bench of the suite', () => {
  const file = (tests: number, testMs: number, hookMs = 0) => ({ tests, testMs, hookMs })
  const { lines, data } = suiteTimes({
    wallMs: 5000,
    files: {
      'core/names': file(3, 500),
      'runner/machine/clones': file(2, 6000, 1000),
      'runner/machine/endings': file(1, 2000),
      'runner/main': file(1, 500),
    },
  })

  it('says where the time went, by room and by file, hooks included, the longest first', () => {
    assert.deepEqual(lines, [
      'The last whole run took 5.0 s; its 7 tests and their hooks took 10.0 s: 2.0 went on at a time.',
      '',
      '    9.0 s   90.0 %     3 tests  runner/machine',
      '    0.5 s    5.0 %     3 tests  core',
      '    0.5 s    5.0 %     1 tests  runner',
      '',
      'The 4 longest of 4 files:',
      '    7.0 s   70.0 %     2 tests  runner/machine/clones',
      '    2.0 s   20.0 %     1 tests  runner/machine/endings',
      '    0.5 s    5.0 %     3 tests  core/names',
      '    0.5 s    5.0 %     1 tests  runner/main',
    ])
  })

  it('tells programs the same', () => {
    assert.equal(data['sideBySide'], 2)
    assert.deepEqual(Object.keys(data['rooms'] as object), ['runner/machine', 'core', 'runner'])
  })
})
