/** The source package of a build in real machines, where tests want it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Machines } from '../../../runner/machine/machines.ts'
import type { JobChanges } from '../../support/job.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'

describe('the source package of a build, in a machine', function () {
  // What unpacks it is fetched and installed first.
  this.timeout(2 * buildTimeout)
  let machines: Machines

  before(async () => {
    machines = await testMachines()
  })
  after(() => machines.close())

  const run = async (
    check: JobChanges['check'],
    tree: Record<string, string>,
    files: Record<string, string>,
  ): Promise<Executed> => {
    await using folder = await temporaryFolder()
    const debs = await sourcePackage(folder.path, files)
    return await executed(machines, { job: { check: { timeoutSeconds: 900, ...check } }, tree, debs })
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

/** Files of a source package that is `files`, made in `folder`. */
async function sourcePackage(folder: string, files: Record<string, string>): Promise<string[]> {
  const tree = join(folder, 'hello-1')
  const all = { 'debian/source/format': '3.0 (native)\n', ...files }
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await writeFile(join(tree, path), content, { mode: 0o755 })
  }
  const tar = join(folder, 'hello_1.tar.gz')
  execFileSync('tar', ['-C', folder, '-czf', tar, 'hello-1'])
  const whole = await readFile(tar)
  const sum = createHash('sha256').update(whole).digest('hex')
  const dsc = join(folder, 'hello_1.dsc')
  await writeFile(
    dsc,
    `Format: 3.0 (native)\nSource: hello\nBinary: hello\nArchitecture: all\nVersion: 1\nMaintainer: Ann <ann@example.org>\nChecksums-Sha256:\n ${sum} ${whole.length} hello_1.tar.gz\nFiles:\n ${createHash('md5').update(whole).digest('hex')} ${whole.length} hello_1.tar.gz\n`,
  )
  return [dsc, tar]
}
