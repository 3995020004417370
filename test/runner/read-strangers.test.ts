/** What a runner reads of checks and machines, in threads. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openReaders } from '../../runner/read-strangers.ts'
import { temporaryFolder } from '../support/folder.ts'
import { sampleJob } from '../support/job.ts'

const bounds = { threads: 1, waiting: 10, seconds: 60, memoryMiB: 256 }
const nothing = {
  results: null,
  packages: null,
  reports: [],
  form: 'exit',
  answer: null,
  endedWell: true,
} as const

/** Many values, which take a reader of YAML seconds. */
const slow = `results:\n${'- {testcase: a, outcome: PASSED, x: [1, 2]}\n'.repeat(20_000)}`

describe('what a check reports', () => {
  it('is read in a thread, as it would be here', async () => {
    const { readLeft, close } = openReaders(bounds)
    const report = '<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'
    const { results, installed } = await readLeft({
      ...{ ...nothing, packages: 'hello 2.10-3', reports: [report], form: { junit: 'report.xml' } },
    })
    deepEqual(
      results.map(({ name, outcome }) => [name, outcome]),
      [
        ['a', 'passed'],
        ['b', 'failed'],
      ],
    )
    deepEqual(installed, ['hello 2.10-3'])
    await close()
  })

  it('is a failed result of that check alone where it takes too long to read', async () => {
    const { readLeft, close } = openReaders({ ...bounds, seconds: 0.2 })
    const [hostile, other] = await Promise.all([
      readLeft({ ...nothing, reports: [slow], form: { results: 'results.yaml' } }),
      readLeft({ ...nothing, results: '{"name": "a", "outcome": "passed"}\n' }),
    ])
    deepEqual(
      hostile.results.map(({ name, outcome }) => [name, outcome]),
      [['report', 'failed']],
    )
    match(
      hostile.results[0]?.note ?? '',
      /^What the check reported: It takes longer than 0\.2 seconds to read/,
    )
    equal(other.results[0]?.outcome, 'passed')
    await close()
  })

  it('is no check that can be run where its plan takes too long to read', async () => {
    await using folder = await temporaryFolder()
    await writeFile(
      join(folder.path, 'tests.yml'),
      `- hosts: localhost\n  x:\n${'  - [1, 2]\n'.repeat(60_000)}`,
    )
    const { readPlan, close } = openReaders({ ...bounds, seconds: 0.1 })
    const job = sampleJob()
    const check = { ...job.check, sti: { playbook: 'tests.yml' } }
    await rejects(readPlan({ ...job, check }, folder.path), {
      how: 'bad_check',
      message: /^Its plan: It takes longer/,
    })
    await close()
  })
})
