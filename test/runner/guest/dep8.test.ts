/** Tests of DEP-8 in real machines, from their control file to their verdict. */
import assert from 'node:assert/strict'
import type { Check } from '../../../core/check.ts'
import { readDep8 } from '../../../core/formats/dep8.ts'
import { verdict, type Verdict } from '../../../core/verdict.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { buildDeb } from '../../support/deb.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'

interface Ended extends Executed, Pick<Verdict, 'outcome' | 'reason'> {
  verdictNote: string | null
}

describe('a test of DEP-8', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async () => {
    machines = await testMachines({ mirrors: [] })
  })
  after(() => machines.close())

  /** Runs the only test of `control`. */
  const run = async (
    control: string,
    { tests = {}, debs = [] }: { tests?: Record<string, string>; debs?: string[] } = {},
  ): Promise<Ended> => {
    const context = { file: 'debian/tests/control', repository: null, source: null }
    const { checks, faults } = readDep8(control, context)
    assert.deepEqual(faults, [])
    const [check] = checks as [Check]
    const { name, rules, install, dep8 } = check
    const job = { check: { name, run: check.run, install, ...(dep8 && { dep8 }), network: 'none' as const } }
    const one = await executed(machines, { job, debs, tree: tests })
    const { outcome, reason, note } = verdict(one.ending, one.results, rules)
    return { ...one, outcome, reason, verdictNote: note }
  }
  const command = (text: string, fields = ''): Promise<Ended> =>
    run(`Test-Command: ${text}\nDepends:\n${fields}`)

  it('runs as a normal user in the tree, with what autopkgtest tells it', async () => {
    const script = `#!/bin/sh
set -e
test "$(id -u)" -ge 1000
test "$(id -un)" = "$AUTOPKGTEST_NORMAL_USER"
touch here debian/tests/there "$AUTOPKGTEST_TMP/t"
echo kept >"$AUTOPKGTEST_ARTIFACTS/kept"
echo "$PWD $HOME $AUTOPKGTEST_TEST_ARCH \${http_proxy-none}"
`
    const one = await run('Tests: smoke\nDepends:\n', { tests: { 'debian/tests/smoke': script } })
    assert.equal(one.outcome, 'passed', one.log)
    assert.match(one.log, /\/var\/lib\/assay\/tree \/home\/tester amd64 none/)
    assert.deepEqual(one.kept, { kept: 'kept\n' })
  })

  it('runs as root where it needs root, also where its file is not executable or debian/ is all there is', async () => {
    const tests = { 'tests/smoke': '[ "$(id -u)" = 0 ] && ls debian/tests/smoke\n' }
    const one = await run('Tests: smoke\nDepends:\nRestrictions: needs-root\n', { tests })
    assert.equal(one.outcome, 'passed', one.log)
  })

  it('fails where it writes to standard error, unless it may', async () => {
    const one = await command('echo fine; echo "oh no" >&2')
    assert.deepEqual([one.outcome, one.verdictNote], ['failed', 'stderr: oh no'])
    assert.equal((await command('echo oh >&2', 'Restrictions: allow-stderr\n')).outcome, 'passed')
  })

  it('fails by its exit code, and is skipped by 77 where it may be', async () => {
    assert.deepEqual((await command('exit 77')).outcome, 'failed')
    assert.deepEqual((await command('false; true', 'Restrictions: skippable\n')).outcome, 'failed')
    assert.deepEqual((await command('echo no >&2; exit 77', 'Restrictions: skippable\n')).outcome, 'skipped')
    const missing = await run('Tests: missing\nDepends:\n')
    assert.equal(missing.outcome, 'failed')
    assert.match(missing.log, /There is no file debian\/tests\/missing/)
  })

  it('gets the packages of the build, and what they need from the build too', async () => {
    await using folder = await temporaryFolder()
    const program = (text: string): string => `#!/bin/sh\necho ${text}\n`
    const debs = [
      await buildDeb(folder.path, {
        ...{ name: 'greet', version: '1:2.0-1', depends: 'greet-data (= 1:2.0-1)' },
        files: { 'usr/bin/greet': program('hello') },
      }),
      await buildDeb(folder.path, {
        name: 'greet-data',
        version: '1:2.0-1',
        files: { 'usr/bin/greet-data': program('data') },
      }),
      await buildDeb(folder.path, {
        name: 'other',
        version: '1',
        files: { 'usr/bin/other': program('other') },
      }),
    ]
    const all = await run('Test-Command: greet && greet-data && other\n', { debs })
    assert.equal(all.outcome, 'passed', all.log)
    const some = await run(
      'Test-Command: greet && greet-data && ! command -v other\nDepends: nosuch | greet (>= 1:1), nosuch [s390x], bash <!nocheck>\n',
      { debs },
    )
    assert.equal(some.outcome, 'passed', some.log)
  })

  it('says whose fault it is that something cannot be installed', async () => {
    await using folder = await temporaryFolder()
    const none = await run('Test-Command: true\nDepends: @\n')
    assert.deepEqual([none.outcome, none.reason], ['failed', 'bad_check'], none.log)
    const broken = await buildDeb(folder.path, {
      ...{ name: 'greet', version: '1', files: { 'DEBIAN/postinst': '#!/bin/sh\nexit 1\n' } },
    })
    const uninstallable = await run('Test-Command: true\n', { debs: [broken] })
    assert.deepEqual(
      [uninstallable.outcome, uninstallable.reason],
      ['failed', 'not_installable'],
      uninstallable.log,
    )
    const skipped = await run('Test-Command: true\nRestrictions: skip-not-installable\n', { debs: [broken] })
    assert.deepEqual([skipped.outcome, skipped.reason], ['skipped', 'not_installable'])
  })

  it('goes on behind a reboot that it asked for, or made by itself', async () => {
    const asked = `#!/bin/sh
echo "mark <$AUTOPKGTEST_REBOOT_MARK>"
[ -n "$AUTOPKGTEST_REBOOT_MARK" ] || { touch "$AUTOPKGTEST_TMP/kept"; /tmp/autopkgtest-reboot one; }
[ -e "$AUTOPKGTEST_TMP/kept" ] || exit 1
[ "$AUTOPKGTEST_REBOOT_MARK" = two ] && exit 0
/tmp/autopkgtest-reboot-prepare two && echo b >/proc/sysrq-trigger
sleep 60
`
    const control = 'Tests: reboots\nDepends:\nRestrictions: needs-root, needs-reboot\n'
    const one = await run(control, { tests: { 'debian/tests/reboots': asked } })
    assert.equal(one.outcome, 'passed', `${JSON.stringify(one.ending)} ${one.log}`)
    assert.deepEqual(
      [...one.log.matchAll(/mark <(\w*)>/g)].map(([, mark]) => mark),
      ['', 'one', 'two'],
    )
  })
})
