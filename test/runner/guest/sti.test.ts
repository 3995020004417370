/** Playbooks of the Standard Test Interface in real machines, from the file to the results. */
import assert from 'node:assert/strict'
import type { Machines } from '../../../runner/machine/machines.ts'
import { executed } from '../../support/executed.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'

describe('a playbook of the Standard Test Interface', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async () => {
    machines = await testMachines({ mirrors: [] })
  })
  after(() => machines.close())

  it('runs each of its tests where it lies, and gives a result for each', async () => {
    const playbook = 'tests/tests.yml'
    const { results, log, kept } = await executed(machines, {
      job: { check: { name: 'sti.tests', run: playbook, sti: { playbook }, timeoutSeconds: 900 } },
      tree: {
        [playbook]: `
- hosts: localhost
  roles:
  - role: standard-test-basic
    tags: [classic]
    environment: {LEVEL: 2}
    tests:
    - in-its-folder
    - spoken: {run: 'echo "$PWD $LEVEL $TEST_SUBJECTS" >"$TEST_ARTIFACTS/spoken"'}
    - breaks: {dir: ., run: exit 1}
    - worked-out: {dir: ., run: "{{ lookup('env', 'X') }}"}
`,
        'tests/in-its-folder/runtest.sh': '#!/bin/sh\ntest -f data && echo found\n',
        'tests/in-its-folder/data': '',
      },
    })
    assert.deepEqual(
      Object.fromEntries(results.map(({ name, outcome }) => [name, outcome])),
      { 'in-its-folder': 'passed', spoken: 'passed', breaks: 'failed', 'worked-out': 'skipped' },
      log,
    )
    assert.match(kept['spoken'] ?? '', /^\/var\/lib\/assay\/tree\/tests 2 \/run\/assay\/in\/build\n$/)
  })
})
