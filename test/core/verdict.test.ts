/** Who is blamed for what: the line is the check's first instruction. */
import assert from 'node:assert/strict'
import { retryable, verdict, type VerdictRules } from '../../core/verdict.ts'
import type { CheckResult, Ending } from '../../schemas/types.gen.ts'

const exited = (exitCode: number): Ending => ({ phase: 'check', how: 'exited', exitCode })
const result = (outcome: CheckResult['outcome'], note?: string): CheckResult => ({
  name: 'sub',
  outcome,
  ...(note !== undefined && { note }),
})

describe('a verdict', () => {
  it('passes on exit code 0', () => assert.equal(verdict(exited(0), []).outcome, 'passed'))

  it('skips on exit code 77', () => assert.equal(verdict(exited(77), []).outcome, 'skipped'))

  it('fails the package on any other exit code, and says which', () => {
    const { outcome, reason, concerns, note } = verdict(exited(3), [])
    assert.deepEqual([outcome, reason, concerns], ['failed', 'exit_code', 'package'])
    assert.match(note ?? '', /exited with 3/)
  })

  it('quotes the first result that failed behind the exit code', () =>
    assert.equal(
      verdict(exited(1), [result('passed'), result('failed', 'no greeting')]).note,
      'The check exited with 1; failed first: sub: no greeting',
    ))

  it('says what the machine’s kernel complained of behind the exit code', () => {
    const detail = 'Memory ran out, and the kernel killed perl.'
    assert.equal(verdict({ ...exited(137), detail }, []).note, `The check exited with 137. ${detail}`)
    assert.equal(
      verdict({ ...exited(1), detail }, [result('failed', 'no greeting')]).note,
      `The check exited with 1; failed first: sub: no greeting. ${detail}`,
    )
  })

  it('follows what the check’s format says about its verdict', () => {
    const judged = (code: number, rules: VerdictRules): unknown[] => {
      const { outcome, reason } = verdict(exited(code), [], rules)
      return [outcome, reason]
    }
    assert.deepEqual(judged(77, { unskippable: true }), ['failed', 'exit_code'])
    assert.deepEqual(judged(1, { flaky: true }), ['skipped', 'flaky'])
    assert.deepEqual(judged(0, { flaky: true }), ['passed', null])
    assert.deepEqual(judged(0, { superficial: true }), ['passed', 'superficial'])
    assert.deepEqual(judged(1, { superficial: true }), ['failed', 'exit_code'])
    const missing = { phase: 'prepare', how: 'bad_check', detail: 'no such package' } as const
    assert.equal(verdict(missing, [], {}).outcome, 'failed')
    const { outcome, note } = verdict(missing, [], { skipNotInstallable: true })
    assert.deepEqual([outcome, note], ['skipped', 'skip-not-installable: no such package'])
    assert.equal(verdict({ phase: 'check', how: 'machine_error' }, [], { flaky: true }).outcome, 'errored')
  })

  it('fails when a result failed although the exit code is 0, quoting it', () => {
    const { outcome, note } = verdict(exited(0), [result('passed'), result('failed', 'no greeting')])
    assert.equal(outcome, 'failed')
    assert.equal(note, 'sub: no greeting')
  })

  it('asks for an inspection when the worst result does', () =>
    assert.equal(
      verdict(exited(0), [result('needs_inspection'), result('passed')]).outcome,
      'needs_inspection',
    ))

  it('stays a pass when some results were skipped', () =>
    assert.equal(verdict(exited(0), [result('passed'), result('skipped')]).outcome, 'passed'))

  it('is skipped when every result is', () =>
    assert.equal(verdict(exited(0), [result('skipped')]).outcome, 'skipped'))

  for (const how of [
    'timeout',
    'guest_panic',
    'guest_poweroff',
    'guest_hang',
    'log_limit',
    'disk_limit',
  ] as const) {
    it(`blames the check for ${how} after its first instruction`, () => {
      const given = verdict({ phase: 'check', how }, [])
      assert.deepEqual([given.outcome, given.reason, given.concerns], ['failed', how, 'check'])
      assert.equal(retryable(given), false)
    })
    it(`blames the service for ${how} before it, and lets it be tried again`, () => {
      const given = verdict({ phase: 'prepare', how }, [])
      assert.deepEqual([given.outcome, given.reason, given.concerns], ['errored', how, 'service'])
      assert.equal(retryable(given), true)
    })
  }

  it('blames the package when its own packages cannot be installed', () => {
    const given = verdict({ phase: 'prepare', how: 'not_installable' }, [])
    assert.deepEqual([given.outcome, given.concerns], ['failed', 'package'])
  })

  it('blames the service, never the package, for an artifact or a mirror that cannot be reached', () => {
    for (const how of ['artifact_unavailable', 'artifact_mismatch', 'mirror_unreachable'] as const)
      assert.equal(
        verdict({ phase: how === 'mirror_unreachable' ? 'prepare' : 'fetch', how }, []).concerns,
        'service',
      )
  })

  it('blames the service for a machine that broke in the middle of the check', () =>
    assert.equal(verdict({ phase: 'check', how: 'machine_error' }, []).outcome, 'errored'))

  it('says in a sentence what happened, the runner’s own where there is one', () => {
    assert.equal(
      verdict({ phase: 'check', how: 'timeout', detail: 'Stopped after 10 minutes.' }, []).note,
      'Stopped after 10 minutes.',
    )
    assert.match(verdict({ phase: 'check', how: 'guest_panic' }, []).note ?? '', /panicked/)
  })
})
