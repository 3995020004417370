/** What a check needs is installed from the mirror, in real machines: the tests' own archive has what goes well and what does not. */
import assert from 'node:assert/strict'
import { readDep8 } from '../../../core/formats/dep8.ts'
import { verdict } from '../../../core/verdict.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { buildDeb, type Deb } from '../../support/deb.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { temporaryFolder } from '../../support/folder.ts'
import type { JobChanges } from '../../support/job.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'
import { sourcePackage } from '../../support/source-package.ts'

describe('what a check needs from the mirror', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async () => {
    machines = await testMachines()
  })
  after(() => machines.close())

  const run = async (
    check: JobChanges['check'],
    { debs = [], on = machines }: { debs?: readonly Deb[]; on?: Machines } = {},
  ): Promise<Executed> => {
    await using folder = await temporaryFolder()
    const paths = await Promise.all(debs.map((deb) => buildDeb(folder.path, deb)))
    return await executed(on, { job: { check: { timeoutSeconds: 900, ...check } }, debs: paths })
  }
  /** Runs the one test of a control file, of a build that is hello in another version. */
  const dep8 = (control: string): Promise<Executed> => {
    const context = { file: 'debian/tests/control', repository: null, source: null }
    const [check] = readDep8(control, context).checks
    assert.ok(check?.dep8)
    const { name, run: command, install, dep8: facts } = check
    return run({ name, run: command, install, dep8: facts }, { debs: [hello('3.0')] })
  }
  const hello = (version: string, changes: Partial<Deb> = {}): Deb => ({
    ...{ name: 'hello', version, files: { 'usr/bin/hello': '#!/bin/sh\necho hello of the build\n' } },
    ...changes,
  })
  const judged = ({ ending, results }: Executed): (string | null)[] => {
    const { outcome, reason, concerns } = verdict(ending, results)
    return [outcome, reason, concerns]
  }

  it('is installed with what it depends on, beside the very build, whatever of it the mirror has', async () => {
    const packages = ['hello-politely']
    const script = 'hello; hello-words; hello-politely'
    const alone = await run({ run: script, packages })
    assert.match(alone.log, /== running smoke\nhello of the archive\nwords\npolitely\n/)
    const beside = await run({ run: script, packages }, { debs: [hello('2.10-3')] })
    assert.match(beside.log, /== running smoke\nhello of the build\nwords\npolitely\n/)
    assert.ok(beside.packages?.includes('hello-words 1:1.4-1'))
  })

  it('is what the build’s packages depend on, too', async () => {
    const one = await run(
      { run: 'hello; hello-words' },
      { debs: [hello('1:1', { depends: 'hello-words (>= 1:1)' })] },
    )
    assert.match(one.log, /== running smoke\nhello of the build\nwords\n/)
  })

  it('is found in newer lists than the machine’s, where those name it no more or not yet', async () => {
    await using old = closing(await testMachines({ clones: false }))
    const one = await run(
      { run: 'hello-moved; hello-new', packages: ['hello-moved', 'hello-new'] },
      { on: old },
    )
    assert.match(one.log, /== fetching the lists of packages\n/)
    assert.match(one.log, /== running smoke\nafter\nnew\n/)
    const moved = await run({ run: 'hello-moved', packages: ['hello-moved'] }, { on: old })
    assert.match(moved.log, /== fetching the lists of packages\n[^]*== running smoke\nafter\n/)
  })

  it('is the package’s fault where it is the build that needs what nobody has, or what does not install', async () => {
    for (const depends of ['no-such-package', 'hello-words (>= 1:2)']) {
      const one = await run({}, { debs: [hello('3.0', { depends })] })
      assert.deepEqual(judged(one), ['failed', 'not_installable', 'package'], one.log)
    }
    const broken = await run({}, { debs: [hello('3.0', { depends: 'hello-broken' })] })
    assert.deepEqual(judged(broken), ['failed', 'not_installable', 'package'], broken.log)
  })

  it('is the check’s fault where it is the check that asks for that', async () => {
    for (const name of ['no-such-package', 'hello-needy', 'hello-broken']) {
      const one = await run({ packages: [name] })
      assert.deepEqual(judged(one), ['failed', 'bad_check', 'check'], one.log)
    }
  })

  it('is the service’s concern where the mirror does not give what it names', async () => {
    const one = await run({ packages: ['hello-gone'] })
    assert.deepEqual(judged(one), ['errored', 'mirror_unreachable', 'service'], one.log)
    const dependent = await dep8('Test-Command: true\nDepends: hello-gone\n')
    assert.deepEqual(judged(dependent), ['errored', 'mirror_unreachable', 'service'], dependent.log)
  })

  it('comes to tests of DEP-8 by versions and alternatives, from the build before the mirror', async () => {
    const one = await dep8(
      'Test-Command: hello; hello-words; hello-politely\nDepends: @, no-such-package | hello-politely (>= 1.0), hello-words (>= 1:1.4)\n',
    )
    assert.match(one.log, /== running command1\nhello of the build\nwords\npolitely\n/)
    const newer = await dep8('Test-Command: true\nDepends: hello-words (>= 1:2)\n')
    assert.deepEqual(judged(newer), ['failed', 'bad_check', 'check'], newer.log)
  })

  it('is Ansible for a playbook with steps of its own', async () => {
    const playbook = 'tests/tests.yml'
    const sti = { name: 'sti.tests', run: playbook, sti: { playbook }, timeoutSeconds: 900 }
    const steps = '- hosts: localhost\n  tasks: [{command: "true"}]\n'
    const one = await executed(machines, { job: { check: sti }, tree: { [playbook]: steps } })
    assert.deepEqual(
      one.results.map(({ name, outcome }) => [name, outcome]),
      [['playbook', 'passed']],
      one.log,
    )
    assert.match(one.log, /a playbook is run: .*tests\.yml/)
  })

  it('is what unpacks the source package that a test wants', async () => {
    await using folder = await temporaryFolder()
    const debs = await sourcePackage(folder.path, { upstream: "the package's\n" })
    const facts = { kind: 'command', user: 'root', allowStderr: false, depends: '', source: true } as const
    const unpacked = await executed(machines, {
      ...{
        job: { check: { name: 'dep8.smoke', run: 'cat upstream', dep8: facts, timeoutSeconds: 900 } },
        debs,
      },
      tree: { 'tests/smoke': '' },
    })
    assert.match(unpacked.log, /^the package's$/m)
  })
})

const closing = (machines: Machines) =>
  Object.assign(machines, { [Symbol.asyncDispose]: () => machines.close() })
