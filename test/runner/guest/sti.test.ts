/** Playbooks of the Standard Test Interface in real machines, from the file to the results. */
import assert from 'node:assert/strict'
import type { Machines } from '../../../runner/machine/machines.ts'
import { toolsImage } from '../../support/image.ts'
import { executed, type Executed } from '../../support/executed.ts'
import { buildTimeout, testMachines } from '../../support/machines.ts'

describe('a playbook of the Standard Test Interface', function () {
  this.timeout(buildTimeout)
  let machines: Machines

  before(async function () {
    // The image may not be there yet.
    this.timeout(3 * buildTimeout)
    machines = await testMachines({ images: await toolsImage(), mirrors: [] })
  })
  after(() => machines.close())

  const run = (tree: Record<string, string>, image = 'tiny'): Promise<Executed> => {
    const sti = { playbook: 'tests/tests.yml' }
    const job = { check: { name: 'sti.tests', run: sti.playbook, image, sti, timeoutSeconds: 900 } }
    return executed(machines, { job, tree })
  }

  it('runs each of its tests where it lies, and gives a result for each', async () => {
    const { results, log, kept } = await run({
      'tests/tests.yml': `
- hosts: localhost
  roles:
  - role: standard-test-basic
    tags: [classic]
    environment: {LEVEL: 2}
    tests:
    - in-its-folder
    - saves: {dir: deep, run: "mkdir logs && echo kept >logs/a.log && touch other", save-files: ["logs/*", "none*"]}
    - spoken: {run: 'echo "$PWD $LEVEL $TEST_SUBJECTS" >"$TEST_ARTIFACTS/spoken"'}
    - breaks: {dir: ., run: exit 1}
    - worked-out: {dir: ., run: "{{ lookup('env', 'X') }}"}
`,
      'tests/in-its-folder/runtest.sh': '#!/bin/sh\ntest -f data && echo found\n',
      'tests/in-its-folder/data': '',
      'tests/deep/file': '',
    })
    assert.deepEqual(
      Object.fromEntries(results.map(({ name, outcome }) => [name, outcome])),
      {
        'in-its-folder': 'passed',
        saves: 'passed',
        spoken: 'passed',
        breaks: 'failed',
        'worked-out': 'skipped',
      },
      log,
    )
    assert.match(kept['spoken'] ?? '', /^\/var\/lib\/assay\/tree\/tests 2 \/run\/assay\/in\/build\n$/)
    assert.equal(kept['tmt/2-saves/data/a.log'], 'kept\n')
    assert.ok(!Object.keys(kept).some((path) => path.endsWith('/other')))
  })

  it('is skipped with steps of its own where the machine has no Ansible and can install none', async () => {
    const text = '- hosts: localhost\n  tasks: [{command: "true"}]\n'
    const { results } = await run({ 'tests/tests.yml': text })
    assert.deepEqual(results, [{ name: 'playbook', outcome: 'skipped', note: 'The machine has no Ansible.' }])
  })

  it('is run by Ansible with steps and roles of its own, which write down how parts of it ended', async () => {
    const { results, log, kept } = await run(
      {
        'tests/tests.yml': `
- hosts: localhost
  gather_facts: false
  vars:
    artifacts: "{{ lookup('env', 'TEST_ARTIFACTS') | default('./artifacts', true) }}"
  tags: [classic]
  roles: [greeter]
  tasks:
  - shell: |
      result=$(./part.sh > "{{ artifacts }}/part.log" && echo pass || echo fail)
      cat > "{{ artifacts }}/results.yml" <<END
      results:
      - {test: part, result: $result, logs: [part.log]}
      - {test: greeting, result: pass}
      END
    args: {chdir: "{{ playbook_dir }}"}
  - fail: {msg: the end of it}
- hosts: localhost
  gather_facts: false
  tags: [atomic]
  tasks:
  - command: touch "{{ lookup('env', 'TEST_ARTIFACTS') }}/atomic"
`,
        'tests/roles/greeter/tasks/main.yml': '- debug: {msg: "hello from {{ ansible_connection }}"}\n',
        'tests/part.sh': '#!/bin/sh\necho it breaks\nexit 1\n',
      },
      'tools',
    )
    assert.deepEqual(
      results.map(({ name, outcome, note, artifact }) => [name, outcome, note ?? artifact]),
      [
        ['playbook', 'failed', 'ansible-playbook exited with 2.'],
        ['playbook/part', 'failed', 'part.log'],
        ['playbook/greeting', 'passed', undefined],
      ],
      log,
    )
    assert.match(log, /hello from local/)
    assert.match(log, /the end of it/)
    assert.equal(kept['part.log'], 'it breaks\n')
    assert.equal(kept['atomic'], undefined)
  })
})
