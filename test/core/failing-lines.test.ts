import assert from 'node:assert/strict'
import { failingLines } from '../../core/failing-lines.ts'

describe('the lines that tell of a failure', () => {
  const told = (...lines: string[]): number[] => failingLines(lines, 10).map(({ line }) => line)

  it('are those by which tests, shells, compilers and package managers say it', () => {
    assert.deepEqual(
      told(
        ...[
          'ok 1',
          'not ok 2 - greets',
          'all is well',
          'hello.c:3:1: error: expected ;',
          'E: Unable to locate',
        ],
        ...['./smoke.sh: 4: hello: command not found', 'FAILED tests/test_x.py::test_y', 'kernel panic: not'],
      ),
      [11, 13, 14, 15, 16, 17],
    )
  })

  it('are not what was expected to fail, nor words that only look alike', () => {
    assert.deepEqual(
      told('not ok 3 - later # TODO not yet', '0 failed', 'libgpg-error0 is installed', 'errors: 0'),
      [],
    )
  })

  it('are the last few when there are many', () => {
    const many = failingLines(
      Array.from({ length: 100 }, () => 'FAIL'),
      1,
    )
    assert.deepEqual([many.length, many.at(-1)?.line], [8, 100])
  })
})
