import assert from 'node:assert/strict'
import { readRepository } from '../../../../core/formats/repository.ts'
import { mostPlaybooks, readSti } from '../../../../core/formats/sti/read-sti.ts'
import { entriesOf, tmtEntries } from '../../../support/entries.ts'
import { basic, plan, why } from '../../../support/playbook.ts'

const repository = { namespace: 'rpms', name: 'hello' }

describe('reading playbooks of the Standard Test Interface', () => {
  it('makes a check of each, with time for all of its tests', () => {
    const text = basic('    tests:\n    - smoke: {dir: ., run: ./smoke.sh, timeout: 10m}\n    - other\n')
    const { checks, skipped, faults } = readSti(entriesOf({ 'tests/tests_quick.yml': text }), { repository })
    assert.deepEqual([skipped, faults], [[], []])
    assert.deepEqual(checks[0], {
      name: 'sti.tests_quick',
      summary: 'tests/tests_quick.yml (2 tests)',
      run: 'tests/tests_quick.yml',
      image: null,
      install: true,
      packages: [],
      on: 'build',
      for: ['rpms/hello'],
      arch: null,
      network: 'mirror',
      timeoutSeconds: 1800 + 600 + 3600,
      memoryMiB: 2048,
      cpus: 1,
      diskMiB: 8192,
      results: 'exit',
      rules: { unskippable: true },
      sti: { playbook: 'tests/tests_quick.yml' },
    })
  })

  it('knows where each test runs, by which command and with which variables', () => {
    const { tests, packages } = plan(
      basic(`    environment: {LEVEL: 2, WHERE: "{{ place }}"}
    place: here
    required_packages: [bc, "{{ interpreter }}"]
    interpreter: python3
    tests:
    - named
    - placed: {dir: deep/er}
    - spoken: {dir: ., run: "echo {{ place }}"}
    - up: {dir: ../src, run: make check}
`),
    )
    assert.deepEqual(packages, ['bc', 'python3'])
    assert.deepEqual(
      tests.map(({ name, folder, command, framework }) => [name, folder, command, framework]),
      [
        ['/named', 'tests/named', './runtest.sh', 'shell'],
        ['/placed', 'tests/deep/er', './runtest.sh', 'shell'],
        ['/spoken', 'tests', 'echo here', 'shell'],
        ['/up', 'src', 'make check', 'shell'],
      ],
    )
    assert.deepEqual(tests[0]?.environment, { LEVEL: '2', WHERE: 'here' })
  })

  it('takes variables in lists together', () => {
    const { tests } = plan(
      `- hosts: localhost\n  vars: [{place: here}, {way: there}]\n  roles:\n  - {role: standard-test-basic, environment: [{A: 1}, {A: 2}], tests: [{a: {run: "{{ place }} {{ way }}"}}]}\n`,
    )
    assert.deepEqual(
      tests.map(({ command, environment }) => [command, environment]),
      [['here there', { A: '2' }]],
    )
  })

  it('runs beakerlib where the role says so', () => {
    const { tests, recommended } = plan(
      '- hosts: localhost\n  roles:\n  - {role: standard-test-beakerlib, tags: [classic, container], tests: [a, a]}\n',
    )
    assert.deepEqual(recommended, ['beakerlib'])
    assert.deepEqual(
      tests.map(({ name, framework }) => `${name} ${framework}`),
      ['/a beakerlib', '/a-2 beakerlib'],
    )
  })

  it('takes of several plays what is for a machine like ours', () => {
    const role = (tags: string, name: string): string =>
      `- hosts: localhost\n  roles:\n  - {role: standard-test-basic, tags: [${tags}], tests: [{${name}: {run: x}}]}\n`
    const { tests } = plan(role('classic', 'ours') + role('container, atomic', 'theirs') + role('', 'any'))
    assert.deepEqual(
      tests.map(({ name }) => name),
      ['/ours', '/any'],
    )
  })

  it('knows where the sources of the package are to be, which a role brings that is always for us', () => {
    const source = (rest: string): string =>
      `- hosts: localhost\n  roles:\n  - {role: standard-test-source, tags: always${rest}}\n`
    const { sourceIn, packages, notes, tests } = plan(
      source(', required_packages: [meson]') +
        basic('    tests: [{a: {dir: "{{ playbook_dir }}/source/t"}}]\n'),
    )
    assert.deepEqual([sourceIn, packages, tests[0]?.folder], ['tests/source', ['meson'], 'tests/source/t'])
    assert.match(notes.join(), /skipped for builds that have no \.dsc/)
    assert.equal(plan(source(', srcdir: ../x') + basic('    tests: [a]\n')).sourceIn, 'x')
    assert.equal(plan(basic('    tests: [a]\n')).sourceIn, null)
  })

  const reasons: [string, string, RegExp][] = [
    ['is no playbook', 'x: 1', /no list of plays/],
    ['is no YAML', '- [', /line 1 is not YAML/],
    ['is for containers', basic('').replace('classic', 'container'), /none of its roles is for a machine/],
    [
      'mixes',
      `${basic('    tests: [a]\n')}  tasks: [{command: ls}]\n`,
      /beside standard roles \(standard-test-basic\)/,
    ],
    [
      'mixes in another play',
      `${basic('    tests: [a]\n')}- hosts: localhost\n  pre_tasks: [{command: ls}]\n`,
      /beside standard roles/,
    ],
    [
      'takes in a standard role deep in its steps',
      '- hosts: localhost\n  tasks: [{block: [{always: [{import_role: {name: standard-test-rhts}}]}]}]\n',
      /beside standard roles \(standard-test-rhts\)/,
    ],
    [
      'has steps, and standard roles for another kind of machine',
      `- hosts: localhost\n  tasks: [{command: ls}]\n${basic('    tests: [a]\n').replace('classic', 'atomic')}`,
      /beside standard roles/,
    ],
    [
      'has steps, and takes in a playbook for another kind of machine',
      '- hosts: localhost\n  tasks: [{command: ls}]\n- {import_playbook: x.yml, tags: [atomic]}\n',
      /another playbook/,
    ],
    [
      'wants sources as they are',
      `${basic('    tests: [a]\n')}  - {role: standard-test-source, fetch_only: True}\n`,
      /\(fetch_only\)/,
    ],
    [
      'wants sources elsewhere',
      `${basic('    tests: [a]\n')}  - {role: standard-test-source, srcdir: /usr/src}\n`,
      /outside of the repository/,
    ],
    ['tests nothing but has sources', basic('').replace('basic', 'source'), /names no tests/],
    ['goes elsewhere', basic('    tests: [{a: {dir: /opt, run: y}}]\n'), /leads out/],
    ['has an unknown standard role', basic('').replace('basic', 'odd'), /its role "standard-test-odd"/],
    ['does nothing', '- hosts: localhost\n', /neither roles nor steps/],
    ['imports', '- import_playbook: other.yml\n', /another playbook/],
    ['loops', basic('    tests: "{{ all }}"\n'), /worked out by Ansible/],
    ['has no tests', basic(''), /names no tests/],
    [
      'fetches',
      basic('    repositories: [{repo: "https://x/y.git", dest: y}]\n    tests: [y/a]\n'),
      /in another repository: https:\/\/x\/y\.git is not there/,
    ],
    ['leaves', basic('    tests: [{a: {dir: ../../x, run: y}}]\n'), /leads out/],
    ['has odd packages', basic('    required_packages: ["a b"]\n    tests: [a]\n'), /no package's name/],
  ]
  for (const [what, text, reason] of reasons)
    it(`says why one cannot be run that ${what}`, () => {
      assert.match(why(text), reason)
    })

  it('leaves a playbook with steps of its own to Ansible, in a machine that installs it', () => {
    for (const text of [
      '- hosts: localhost\n  tasks: [{command: ls}]\n',
      '- {hosts: localhost, tags: [classic], roles: [own]}\n- {hosts: all, post_tasks: []}\n',
    ]) {
      const { checks, notes, skipped } = readSti(entriesOf({ "tests/tests it's.yml": text }), { repository })
      assert.deepEqual(
        [checks.map(({ name, summary }) => [name, summary]), skipped],
        [[['sti.tests-it-s', "tests/tests it's.yml (1 test)"]], []],
      )
      assert.match(notes.join(), /steps of its own: it is skipped where its machine has no Ansible/)
      const { tests, recommended } = plan(text)
      assert.deepEqual(recommended, ['ansible-core'])
      assert.deepEqual(
        tests.map(({ name, framework, folder, environment }) => [
          name,
          framework,
          folder,
          environment['ASSAY_PLAYBOOK'],
        ]),
        [['/playbook', 'ansible', 'tests', 'tests.yml']],
      )
    }
  })

  it('skips a test whose command is worked out, and runs the others', () => {
    const { tests } = plan(basic('    tests: [{a: {run: "x {{ y | default(1) }}"}}, {b: {run: z}}]\n'))
    assert.deepEqual(
      tests.map(({ skip }) => skip),
      ['it is worked out by Ansible (Jinja)', null],
    )
  })

  it('tells of as many tests that are left out as somebody reads', () => {
    const many = Array.from({ length: 1000 }, (_, at) => `t${at}: {run: "{{ x | y }}"}`)
    const text = basic(`    tests: [{a: {run: z}}, ${many.map((one) => `{${one}}`).join(', ')}]\n`)
    const { notes } = readSti(entriesOf({ 'tests/tests.yml': text }), { repository })
    assert.equal(notes.length, 21)
    assert.match(notes.at(-1) ?? '', /and 980 more/)
  })

  it('reads no more playbooks than anybody has, and none beside a tree of tmt', () => {
    const text = basic('    tests: [a]\n')
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`tests/tests${at}.yml`, text]))
    const { checks, skipped } = readSti(entriesOf(many), { repository })
    assert.deepEqual([checks.length, skipped.length], [mostPlaybooks, 1])
    const both = tmtEntries({ 'main.fmf': 'test: ls\n', 'tests/tests.yml': text })
    const read = readRepository(both, { repository })
    assert.deepEqual(
      read.checks.map(({ name }) => name),
      ['tmt.default-plan'],
    )
    assert.match(read.skipped.map(({ reason }) => reason).join(), /stand for its playbooks/)
  })
})
