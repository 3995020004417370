import assert from 'node:assert/strict'
import { debianVerdict, debianVerdicts, type DebianTest } from '../../core/debian-verdict.ts'
import type { Outcome } from '../../core/execution.ts'

const tests: Record<string, DebianTest> = {
  pass: { outcome: 'passed', reason: null },
  superficial: { outcome: 'passed', reason: 'superficial' },
  skip: { outcome: 'skipped', reason: null },
  flaky: { outcome: 'skipped', reason: 'flaky' },
  fail: { outcome: 'failed', reason: 'exit_code' },
  badpkg: { outcome: 'failed', reason: 'not_installable' },
  testbed: { outcome: 'errored', reason: 'boot_timeout' },
  cancelled: { outcome: 'cancelled', reason: 'cancelled' },
  pending: { outcome: null, reason: null },
}

describe('the tests of DEP-8 of a build, taken together', () => {
  const table: [string, number | null, string | null][] = [
    ['', null, null],
    ['pass', 0, 'pass'],
    ['pass superficial', 0, 'pass'],
    ['pass skip', 2, 'pass'],
    ['pass flaky', 2, 'pass'],
    ['pass fail', 4, 'fail'],
    ['fail skip pass', 6, 'fail'],
    ['fail superficial', 4, 'fail'],
    ['superficial', 8, 'neutral'],
    ['skip', 8, 'neutral'],
    ['superficial flaky', 8, 'neutral'],
    ['badpkg pass', 12, 'fail'],
    ['badpkg fail skip', 14, 'fail'],
    ['pass testbed fail', 16, 'tmpfail'],
    ['pass cancelled', 20, 'tmpfail'],
    ['pass pending', null, null],
  ]
  for (const [names, exitCode, status] of table)
    it(`are, of ${names || 'none'}, ${exitCode === null ? 'nothing yet' : `${exitCode} and ${status}`}`, () => {
      const verdict = debianVerdict(names.split(' ').flatMap((name) => tests[name] ?? []))
      assert.deepEqual([verdict?.exitCode ?? null, verdict?.status ?? null], [exitCode, status])
    })

  it('count by architecture, without checks of other formats, and with the newest of reruns', () => {
    const execution = (id: string, arch: string, outcome: Outcome, own: object = { dep8: {} }) => ({
      ...{ id, arch, outcome, check: 'smoke', state: 'finished', reason: null, definition: own },
    })
    const executions = [
      execution('1', 'x86_64', 'failed'),
      execution('2', 'x86_64', 'passed'),
      execution('3', 'aarch64', 'failed'),
      { ...execution('4', 'x86_64', 'failed', {}), check: 'native' },
    ] as unknown as Parameters<typeof debianVerdicts>[0]
    assert.deepEqual(
      debianVerdicts(executions).map(({ arch, exitCode }) => [arch, exitCode]),
      [
        ['aarch64', 4],
        ['x86_64', 0],
      ],
    )
  })
})
