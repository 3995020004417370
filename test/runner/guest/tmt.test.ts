/** Plans of tmt in real machines, from their metadata to their results. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFolder } from '../../../bin/read-folder.ts'
import { folderOf } from '../../../core/formats/tmt/sources.ts'
import { verdict } from '../../../core/verdict.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'

/** Enough on a host that emulates its machines and has more to do. */
const timeoutSeconds = 900

const unsearchable =
  "The kernel's messages could not be searched: is each failure-pattern a regular expression?"

describe('a plan of tmt', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async () => {
    machines = await testMachines({ mirrors: [] })
  })
  after(() => machines.close())

  /** Runs the plan /plan of the tree. */
  const run = (files: Record<string, string>): Promise<Executed> =>
    executed(machines, {
      job: { check: { name: 'tmt.plan', run: '/plan', tmt: { plan: '/plan' }, timeoutSeconds } },
      tree: { '.fmf/version': '1\n', ...files },
    })
  const outcomes = ({ results, log }: Executed): Record<string, string> => {
    assert.ok(results.length > 0, log)
    return Object.fromEntries(
      results.map(({ name, outcome, note }) => [name, note ? `${outcome}: ${note}` : outcome]),
    )
  }

  it('runs each test as tmt would, and gives a result for each', async () => {
    const one = await run({
      'plan.fmf': `
discover: {how: fmf}
execute: {how: tmt}
environment: {FROM: plan, PLANNED: 'yes, it is', PLACES: '$TMT_TREE $TMT_PLAN_DATA $TMT_PLAN_ENVIRONMENT_FILE'}
prepare: {how: shell, script: 'echo PREPARED="by the plan" >>"$TMT_PLAN_ENVIRONMENT_FILE"; touch prepared'}
finish: {how: shell, script: 'echo finished >"$TMT_PLAN_DATA/finished"'}
`,
      'tests/main.fmf': `
/good:
  environment: {FROM: test, OWN: "it's \\"mine\\""}
  test: |
    echo "$FROM|$OWN|$PLANNED|$PREPARED|$TMT_TEST_NAME|$PWD"
    test -f "$TMT_TREE/prepared"
    test "$PLACES" = "$TMT_TREE $TMT_PLAN_DATA $TMT_PLAN_ENVIRONMENT_FILE"
    false | true || echo "pipes fail"
    echo kept >"$TMT_TEST_DATA/kept"
/fails: {test: ./fails.sh}
/errs: {test: exit 3}
/late: {test: sleep 60, duration: 1s}
/xfails: {test: exit 1, result: xfail}
/xpasses: {test: 'true', result: xfail}
/told: {test: exit 1, result: info}
/custom: {test: 'printf -- "- {name: /, result: pass}\\n- {name: /part, result: fail, note: no}\\n" >"$TMT_TEST_DATA/results.yaml"', result: custom}
/uncustom: {test: 'true', result: custom}
/reports: {test: 'tmt-report-result /a PASS; rstrnt-report-result b WARN 5; exit 0'}
/restarts: {test: 'test "$TMT_TEST_RESTART_COUNT" = 2 || exit 9', restart-on-exit-code: [9], restart-max-count: 3}
/needs-file: {test: 'true', require: [/no/such/file]}
/has-file: {test: 'true', require: [{type: file, pattern: [/bin/s*]}]}
/off: {test: 'true', adjust: {enabled: false, when: distro == debian, because: not on Debian}}
/manual: {test: by-hand.md, manual: true}
/beaker: {test: 'true', framework: beakerlib}
/traced: {test: 'echo "Call Trace: of nothing" >/dev/kmsg', check: dmesg}
/calm: {test: 'true', check: [{how: dmesg, failure-pattern: ['^never', '\\d{9}x']}]}
/not-a-pattern: {test: 'true', check: {how: dmesg, failure-pattern: '('}}
`,
      'tests/fails.sh': '#!/bin/sh\necho here I fail\nexit 1\n',
    })
    assert.deepEqual(
      outcomes(one),
      {
        'tests/good': 'passed',
        'tests/fails': 'failed: It exited with 1.',
        'tests/errs': 'failed: It exited with 3: neither 0 nor 1.',
        'tests/late': 'failed: It ran longer than its duration, 1 seconds.',
        'tests/xfails': 'passed: It failed, as expected (xfail).',
        'tests/xpasses': 'failed: It passed, and was expected to fail (xfail).',
        'tests/told': 'info: It ended with fail, and is to be taken for info.',
        'tests/custom': 'passed',
        'tests/custom/part': 'failed: no',
        'tests/uncustom': 'failed: It left no results.yaml in $TMT_TEST_DATA.',
        'tests/reports': 'failed',
        'tests/reports/a': 'passed',
        'tests/reports/b': 'failed',
        'tests/restarts': 'passed',
        'tests/needs-file': 'failed: It requires /no/such/file, which is not there.',
        'tests/has-file': 'passed',
        'tests/off': 'skipped: it is disabled: not on Debian',
        'tests/manual': 'skipped: it is for a human to do (manual)',
        'tests/beaker': 'skipped: The machine has no beakerlib.',
        'tests/traced':
          'failed: Its check dmesg: The kernel said what the check looks for (failure-pattern).',
        'tests/traced/dmesg': 'failed: The kernel said what the check looks for (failure-pattern).',
        'tests/calm': 'passed',
        'tests/calm/dmesg': 'passed',
        'tests/not-a-pattern': `failed: Its check dmesg: ${unsearchable}`,
        'tests/not-a-pattern/dmesg': `failed: ${unsearchable}`,
      },
      one.log,
    )
    assert.equal(one.ending.exitCode, 0)
    assert.match(
      one.log,
      /plan\|it's "mine"\|yes, it is\|by the plan\|\/tests\/good\|\/var\/lib\/assay\/tree\/tests\n/,
    )
    assert.equal(one.kept['tmt/1-tests-good/data/kept'], 'kept\n')
    assert.match(one.kept['tmt/17-tests-traced/checks/dmesg-after-test.txt'] ?? '', /Call Trace: of nothing/)
    assert.equal(one.kept['tmt/data/finished'], 'finished\n')
    assert.match(one.kept['tmt/2-tests-fails/output.txt'] ?? '', /here I fail/)
    assert.equal(verdict(one.ending, one.results).outcome, 'failed')
  })

  it('goes on behind a reboot, which only the test that asked for it sees', async () => {
    const one = await run({
      'plan.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\nprepare: {script: echo once}\n',
      'main.fmf': `
/a: {test: echo a}
/b: {test: 'echo "count $TMT_REBOOT_COUNT"; [ "$TMT_REBOOT_COUNT" != 0 ] || tmt-reboot; [ "$TMT_REBOOT_COUNT" != 1 ] || rstrnt-reboot; [ "$REBOOTCOUNT" = 2 ]'}
/c: {test: '[ "$TMT_REBOOT_COUNT" = 0 ]'}
`,
    })
    assert.deepEqual(outcomes(one), { a: 'passed', b: 'passed', c: 'passed' }, one.log)
    assert.equal(one.log.match(/^once$/gm)?.length, 1)
    assert.equal(one.log.match(/^== test \/a$/gm)?.length, 1)
  })

  it('runs a plan and tests of another repository in their own tree, with the libraries that they want', async () => {
    const [tests, library] = [
      folderOf({ url: 'https://x.org/t', ref: null }),
      folderOf({ url: 'https://x.org/l', ref: null }),
    ]
    const one = await run({
      'plan.fmf': 'plan: {import: {url: https://x.org/t, name: /theirs}}\n',
      [`${tests}/.fmf/version`]: '1\n',
      [`${tests}/theirs.fmf`]:
        'discover: {how: fmf}\nprepare: {how: shell, script: "test -f here; touch prepared"}\nexecute: {how: tmt}\n',
      [`${tests}/here`]: '',
      [`${tests}/a/main.fmf`]: `test: |
  test -f "$TMT_TREE/prepared"
  . "$BEAKERLIB_LIBRARY_PATH/l/lib/lib.sh"
require: [{url: https://x.org/l, name: /lib}]
`,
      [`${library}/.fmf/version`]: '1\n',
      [`${library}/lib/main.fmf`]: 'summary: a library\n',
      [`${library}/lib/lib.sh`]: 'echo "lent to $PWD"\n',
    })
    assert.deepEqual(outcomes(one), { a: 'passed' }, one.log)
    assert.match(one.log, new RegExp(`lent to /var/lib/assay/tree/${tests}/a\\n`))
  })

  it('runs no test where it cannot prepare, but finishes', async () => {
    const one = await run({
      'plan.fmf':
        'discover: {how: fmf}\nexecute: {how: tmt}\nprepare: {script: exit 4}\nfinish: {script: echo finished}\n',
      'main.fmf': '/a: {test: "true"}\n',
    })
    assert.deepEqual(outcomes(one), {
      prepare: 'failed: Script 0001 of prepare exited with 4.',
      a: 'skipped: It was not run: the plan ended before.',
    })
    assert.match(one.log, /^finished$/m)
  })

  it('ends with the first failure where it shall, or where a test aborts it', async () => {
    for (const [execute, test] of [
      ['{how: tmt, exit-first: true}', 'exit 1'],
      ['{how: tmt}', 'tmt-abort; sleep 5'],
    ]) {
      const one = await run({
        'plan.fmf': `discover: {how: fmf}\nexecute: ${execute}\n`,
        'main.fmf': `/a: {test: ${test}}\n/b: {test: "true"}\n`,
      })
      const { a, b } = outcomes(one)
      assert.match(a ?? '', /^failed/)
      assert.match(b ?? '', /^skipped/)
    }
  })

  it('ends in the example as is written beside it', async () => {
    const examples = fileURLToPath(new URL('../../../../examples/', import.meta.url))
    const folder = join(examples, 'tmt-checks')
    const expected = await readFile(join(examples, 'tmt-checks.expected.json'), 'utf8')
    const { checks, skipped } = await readFolder(folder)
    const found: Record<string, unknown> = {}
    for (const { name, run: plan, tmt, rules } of checks) {
      const job = { check: { name, run: plan, timeoutSeconds, ...(tmt && { tmt }) } }
      const one = await executed(machines, { job, tree: await filesIn(folder) })
      const results = Object.fromEntries(one.results.map((result) => [result.name, result.outcome]))
      found[name] = { outcome: verdict(one.ending, one.results, rules).outcome, results }
    }
    for (const { name } of skipped) found[name] = { outcome: 'skipped', results: {} }
    assert.deepEqual(found, JSON.parse(expected))
  })

  it('is skipped where it is not for this build', async () => {
    const one = await run({
      'plan.fmf':
        'execute: {script: "true"}\nadjust: {when: distro < fedora-40 or distro == debian-12, enabled: false, because: too old}\n',
    })
    assert.deepEqual(outcomes(one), { plan: 'skipped: it is disabled: too old' })
    assert.equal(verdict(one.ending, one.results).outcome, 'skipped')
  })
})

async function filesIn(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(item.parentPath, item.name)
    if (item.isFile()) files[relative(folder, path)] = await readFile(path, 'utf8')
  }
  return files
}
