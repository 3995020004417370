import assert from 'node:assert/strict'
import { readTmtResults } from '../../../core/outputs/tmt.ts'
import type { TmtPlan } from '../../../core/formats/tmt/plan.ts'
import { openProject } from '../../../core/formats/tmt/project.ts'
import { playbookIn } from '../../../core/formats/sti/read-sti.ts'
import { planIn } from '../../../core/formats/tmt/read-tmt.ts'

/** A plan of one test, with whatever keys. */
function planOf(keys: string): TmtPlan {
  const text = `execute: {how: tmt}\ndiscover: {how: shell, tests: [{name: t, test: x, ${keys}}]}\n`
  const file = (said: string) => ({ kind: 'file' as const, size: said.length, bytes: Buffer.from(said) })
  const entries = new Map([
    ['.fmf/version', file('1\n')],
    ['plan.fmf', file(text)],
  ])
  const { plan, reason } = planIn(entries, '/plan', new Map(), () => ({}))
  assert.ok(plan, reason ?? '')
  return plan
}
const results = (keys: string, ...lines: string[]): string[] =>
  readTmtResults(planOf(keys), [`test 1\n${lines.join('\n')}\n`]).results.map(
    ({ name, outcome, data }) =>
      `${name} ${outcome}${data?.['result'] === undefined ? '' : ` (${data['result']})`}`,
  )

describe('results of a plan of tmt', () => {
  it('come from exit codes, by what the test wants them to mean', () => {
    const table: [string, string, string][] = [
      ['', '0', 't passed'],
      ['', '1', 't failed'],
      ['', '2', 't failed (error)'],
      ['', '', 't failed (error)'],
      ['result: xfail', '0', 't failed'],
      ['result: xfail', '1', 't passed'],
      ['result: xfail', '2', 't failed (error)'],
      ['result: pass', '1', 't passed'],
      ['result: info', '0', 't info'],
      ['result: warn', '0', 't failed (warn)'],
      ['result: error', '0', 't failed (error)'],
      ['result: fail', '0', 't failed'],
      ['result: restraint', '1', 't failed'],
    ]
    for (const [keys, code, wanted] of table)
      assert.deepEqual(results(keys, `exit ${code}`), [wanted], keys + code)
  })

  it('count trouble of the kernel, where a test looks for it, as its check says', () => {
    const calm = 'dmesg pass tmt/1-t/checks/dmesg-before-test.txt'
    const trouble = 'dmesg fail tmt/1-t/checks/dmesg-after-test.txt'
    const table: [string, string[], string[]][] = [
      ['check: dmesg', ['exit 0', calm, calm], ['t passed', 't/dmesg passed']],
      ['check: dmesg', ['exit 0', calm, trouble], ['t failed', 't/dmesg failed']],
      ['check: dmesg', ['exit 2', calm, trouble], ['t failed (error)', 't/dmesg failed']],
      ['check: dmesg', ['exit 0', 'dmesg error x', calm], ['t failed (error)', 't/dmesg failed (error)']],
      ['check: dmesg', ['exit 0', 'dmesg skip x'], ['t passed', 't/dmesg skipped']],
      ['check: dmesg', ['report SKIP a', calm], ['t skipped', 't/a skipped', 't/dmesg passed']],
      ['check: {how: dmesg, result: xfail}', ['exit 0', trouble], ['t passed', 't/dmesg passed']],
      ['check: {how: dmesg, result: xfail}', ['exit 0', calm], ['t failed', 't/dmesg failed']],
      ['check: {how: dmesg, result: info}', ['exit 0', trouble], ['t passed', 't/dmesg info']],
      ['check: dmesg, result: xfail', ['exit 0', trouble], ['t passed', 't/dmesg info (fail)']],
      ['check: dmesg', ['exit 0'], ['t passed']],
      ['', ['exit 0', trouble], ['t passed']],
    ]
    for (const [keys, lines, wanted] of table)
      assert.deepEqual(results(keys, ...lines), wanted, `${keys}: ${lines.join(', ')}`)
    const [whole, part] = readTmtResults(planOf('check: dmesg'), [
      `test 1\nexit 0\n${calm}\n${trouble}\n`,
    ]).results
    assert.equal(whole?.note, 'Its check dmesg: The kernel said what the check looks for (failure-pattern).')
    assert.equal(part?.artifact, 'tmt/1-t/checks/dmesg-after-test.txt')
  })

  it('come from the worst that was reported, whatever the exit code', () => {
    assert.deepEqual(results('', 'exit 1', 'report PASS /a', 'report skip b'), [
      't passed',
      't/a passed',
      't/b skipped',
    ])
    assert.deepEqual(results('', 'exit 0', 'report PASS a', 'report FAIL b'), [
      't failed',
      't/a passed',
      't/b failed',
    ])
    assert.deepEqual(results('', 'exit 0', 'report WARN a'), ['t failed (warn)', 't/a failed (warn)'])
    assert.deepEqual(results('result: restraint', 'exit 0', 'report PASS a', 'report FAIL b'), [
      't/a passed',
      't/b failed',
    ])
    assert.deepEqual(results('result: xfail', 'exit 0', 'report FAIL a'), ['t passed', 't/a info (fail)'])
    assert.deepEqual(results('', 'exit 0', 'report nonsense a'), ['t failed (error)', 't/a failed (error)'])
  })

  it('come from beakerlib, when its journal is complete', () => {
    const of = (...lines: string[]): string[] => results('framework: beakerlib', 'exit 0', ...lines)
    assert.deepEqual(of('beakerlib-state complete', 'beakerlib-result PASS'), ['t passed'])
    assert.deepEqual(of('beakerlib-state complete', 'beakerlib-result FAIL'), ['t failed'])
    assert.deepEqual(of('beakerlib-state complete', 'beakerlib-result WARN'), ['t failed (warn)'])
    assert.deepEqual(of('beakerlib-state incomplete', 'beakerlib-result PASS'), ['t failed (error)'])
    assert.deepEqual(of('beakerlib-state complete', 'beakerlib-result odd'), ['t failed (error)'])
    assert.deepEqual(of(), ['t failed (error)'])
    assert.deepEqual(of('absent beakerlib'), ['t skipped'])
  })

  it('come from a file of its own', () => {
    const custom = (...lines: string[]): string[] =>
      results('result: custom', 'exit 1', ...lines.map((line) => `| ${line}`))
    assert.deepEqual(custom('- {name: /, result: pass}', '- {name: /a/b, result: warn}'), [
      't passed',
      't/a/b failed (warn)',
    ])
    assert.deepEqual(
      custom('[{"name": "x", "result": "pass", "subresult": [{"name": "y", "result": "fail"}]}]'),
      ['t/x passed', 't/x/y failed'],
    )
    for (const lines of [[], ['['], ['x'], ['[]']])
      assert.deepEqual(custom(...lines), ['t failed'], lines.join())
  })

  it('tell of tests that ended otherwise, or not at all', () => {
    assert.deepEqual(results('', 'exit 124', 'timeout'), ['t failed (error)'])
    assert.deepEqual(results('result: custom', 'exit 124', 'timeout'), ['t failed (error)'])
    assert.deepEqual(results('', 'missing /x'), ['t failed (error)'])
    assert.deepEqual(results('', 'exit 143', 'abort'), ['t failed'])
    assert.deepEqual(
      readTmtResults(planOf(''), []).results.map(({ outcome }) => outcome),
      ['skipped'],
    )
    assert.deepEqual(
      readTmtResults(planOf(''), ['nonsense\ntest 99999\nexit 0']).results.map(({ outcome }) => outcome),
      ['skipped'],
    )
  })

  it('come of a playbook from Ansible, and from what it wrote down of its parts', () => {
    const { plan } = playbookIn('tests/tests.yml', '- hosts: all\n  tasks: []\n', {
      project: openProject(new Map()),
      context: new Map(),
      want: () => null,
    })
    assert.ok(plan)
    const of = (...lines: string[]) => readTmtResults(plan, [`test 1\n${lines.join('\n')}\n`])
    const { results: parts, notes } = of(
      'exit 0',
      '| results:',
      '| - {test: a, result: PASS, logs: [/etc/shadow]}',
      '| - {test: b, result: error, logs: [b.log]}',
      '| - {test: c, result: perhaps}',
      '| - {result: pass}',
      '| - nonsense',
    )
    assert.deepEqual(
      parts.map(({ name, outcome, note, artifact }) => [name, outcome, note ?? artifact ?? null]),
      [
        ['playbook', 'passed', null],
        ['playbook/a', 'passed', null],
        ['playbook/b', 'failed', 'b.log'],
        ['playbook/c', 'needs_inspection', 'unknown result "perhaps"'],
      ],
    )
    assert.equal(notes.length, 2)
    for (const odd of ['| - [', '| x: 1', '| results: 7'])
      assert.match(
        of('exit 4', odd)
          .results.map(({ name, outcome }) => `${name} ${outcome}`)
          .join(),
        /^playbook failed,playbook\/report failed$/,
      )
    assert.deepEqual(of('absent Ansible', 'exit 1').results[0]?.outcome, 'skipped')
  })
})
