/** The source package of a build in real machines, where tests want it. */
import assert from 'node:assert/strict'
import type { Machines } from '../../../runner/machine/machines.ts'
import type { JobChanges } from '../../support/job.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { toolsImage } from '../../support/image.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'
import { sourcePackage } from '../../support/source-package.ts'

describe('the source package of a build, in a machine', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async function () {
    // The image may not be there yet.
    this.timeout(3 * buildTimeout)
    machines = await testMachines({ images: await toolsImage() })
  })
  after(() => machines.close())

  const run = async (
    check: JobChanges['check'],
    tree: Record<string, string>,
    files: Record<string, string>,
  ): Promise<Executed> => {
    await using folder = await temporaryFolder()
    const debs = await sourcePackage(folder.path, files)
    return await executed(machines, {
      job: { check: { timeoutSeconds: 900, image: 'tools', ...check } },
      tree,
      debs,
    })
  }
  const outcomesOf = ({ results }: Executed) => results.map(({ name, outcome }) => [name, outcome])

  it('lies beside the tests of a playbook that asks for it', async () => {
    const playbook = 'tests/tests.yml'
    const text = `
- hosts: localhost
  tags: [classic]
  roles:
  - role: standard-test-source
  - role: standard-test-basic
    tests:
    - source/checks
    - beside: {dir: ., run: cat source/own source/upstream}
`
    const ended = await run(
      { name: 'sti.tests', run: playbook, sti: { playbook } },
      { [playbook]: text, 'tests/source/own': "the repository's\n" },
      { upstream: "the package's\n", 'checks/runtest.sh': '#!/bin/sh\nexec cat ../upstream\n' },
    )
    assert.deepEqual(
      outcomesOf(ended),
      [
        ['source/checks', 'passed'],
        ['beside', 'passed'],
      ],
      ended.log,
    )
    assert.match(ended.log, /the repository's\nthe package's\n/)
  })

  const dep8 = { kind: 'file', user: 'root', allowStderr: false, depends: '', source: true } as const

  it('is what tests of DEP-8 run in, whose repository holds nothing else', async () => {
    const ended = await run(
      { name: 'dep8.smoke', run: 'debian/tests/smoke', dep8 },
      { 'tests/smoke': '#!/bin/sh\ncat upstream && ls debian/tests\n' },
      { upstream: "the package's\n", 'debian/tests/old': 'of the package\n' },
    )
    assert.match(ended.log, /the package's\nsmoke\n/)
    assert.doesNotMatch(ended.log, /^old$/m)
  })
})
