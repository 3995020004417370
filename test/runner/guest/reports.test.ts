/** How a check reports in formats of its own, in real machines. */
import assert from 'node:assert/strict'
import { verdict } from '../../../core/verdict.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { enoughTime } from '../../support/enough-time.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'
import type { JobChanges } from '../../support/job.ts'

describe('a check that reports in a format of its own', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async () => {
    machines = await testMachines()
  })
  after(() => machines.close())

  const check = (run: string, results: NonNullable<JobChanges['check']>['results']): Promise<Executed> =>
    executed(machines, { job: { check: { run, ...(results && { results }) } } })
  const told = ({ ending, results }: Executed): unknown[] => [
    verdict(ending, results).outcome,
    results.map(({ name, outcome }) => `${name} ${outcome}`),
  ]

  it('is read in TAP from its standard output, which is in its log all the same', async () => {
    const run = `
      echo 'TAP version 14'; echo noise >&2; echo 'ok 1 - begins'; printf 'not ok 2 - '
      echo 'in between' >&2; sleep 0.2; echo 'ends'; echo 1..2`
    const one = await check(run, 'tap')
    assert.deepEqual(told(one), ['failed', ['begins passed', 'ends failed']])
    assert.match(one.log, /noise[^]*in between/)
  })

  it('keeps its exit code, is told from a crash, and is not waited for by what it left running', async () => {
    // Its time limit would come before what it left running ends.
    const one = await check('echo 1..2; echo ok 1 - a; (sleep 500; echo ok 2) & exit 3', 'tap')
    assert.equal(one.ending.exitCode, 3)
    assert.deepEqual(told(one), ['failed', ['a passed', 'plan failed']])
    assert.equal((await check('kill -SEGV $$', 'tap')).ending.exitCode, 139)
  })

  it('keeps what it reported before its time was over', async () => {
    const run = 'echo ok 1 - a; sleep 500'
    const one = await enoughTime(5, async (timeoutSeconds) => {
      const done = await executed(machines, { job: { check: { run, results: 'tap', timeoutSeconds } } })
      assert.equal(done.ending.how, 'timeout')
      return done.log.includes('ok 1') ? done : null
    })
    assert.deepEqual(told(one), ['failed', ['a passed', 'plan failed']])
  })

  it('is read in JUnit XML from every file that its path names', async () => {
    const run = `
      mkdir -p 'target/the reports'
      for name in A B; do
        echo "<testsuite><testcase classname='$name' name='t'/></testsuite>" >"target/the reports/TEST-$name.xml"
      done
      ln -s /etc/passwd 'target/the reports/TEST-C.xml'`
    const one = await check(run, { junit: 'target/the reports/TEST-[AB].xml' })
    assert.deepEqual(told(one), ['passed', ['A/t passed', 'B/t passed']])
    assert.deepEqual(told(await check('true', { junit: 'none*.xml' })), ['failed', ['report failed']])
    assert.deepEqual(told(await check('exit 77', { junit: 'none*.xml' })), ['skipped', []])
  })

  it('is read in YAML', async () => {
    const one = await check('echo "- {name: /a, result: warn}" >results.yaml', { results: 'results.yaml' })
    assert.deepEqual(told(one), ['failed', ['a failed']])
  })
})
