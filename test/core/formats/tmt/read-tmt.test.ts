import assert from 'node:assert/strict'
import type { Entry } from '../../../../core/formats/manifest-file.ts'
import { contextOf } from '../../../../core/formats/tmt/context.ts'
import { planIn, readTmt } from '../../../../core/formats/tmt/read-tmt.ts'
import { tmtEntries } from '../../../support/entries.ts'

const repository = { namespace: 'rpms', name: 'hello' }
const read = (files: Record<string, string | Entry>) => readTmt(tmtEntries(files), { repository })
const plan = (files: Record<string, string>, name = '/plan', release = 'f40', arch = 'x86_64') => {
  const context = contextOf({ release, arch, package: 'rpms/hello', image: 'debian-12' })
  const answer = planIn(tmtEntries(files), name, context, (root) => ({ TMT_TREE: `/in/${root}` }))
  assert.ok(answer.plan, answer.reason ?? '')
  return answer.plan
}
const testNames = (...args: Parameters<typeof plan>): string[] => plan(...args).tests.map(({ name }) => name)
const why = (text: string): string => {
  const { checks, skipped, faults } = read({ 'plan.fmf': text, 'main.fmf': '/t: {test: "true"}\n' })
  assert.deepEqual([checks, faults], [[], []])
  return skipped.map(({ reason }) => reason).join()
}
const fault = (text: string, file = 'plan.fmf'): string => {
  const { checks, faults } = read({ 'plan.fmf': 'discover: {how: fmf}\nexecute: {how: tmt}\n', [file]: text })
  assert.deepEqual(checks, [])
  return faults.map(({ file: where, line, message }) => `${where}:${line}: ${message}`).join('\n')
}
const tests = 'main.fmf'
const all = 'discover: {how: fmf}\nexecute: {how: tmt}\n'

describe('reading tmt', () => {
  it('makes a check of each plan, with a machine as it asks for', () => {
    const { checks, skipped, notes } = read({
      'plans/main.fmf': all,
      'plans/smoke.fmf':
        'summary: Basics\nprovision: {how: virtual, hardware: {memory: ">= 4 GiB", cpu: {processors: ">= 2"}, disk: [{size: ">= 20 GiB"}], arch: aarch64}}\n',
      'plans/full.fmf': '{tag: x}\n',
      'tests/main.fmf': 'test: ./run.sh\n/a: {duration: 10m}\n/b: {duration: 1h 5m}\n/c: {manual: true}\n',
    })
    assert.deepEqual(skipped, [])
    assert.deepEqual(checks[1], {
      name: 'tmt.plans-smoke',
      summary: 'Basics (2 tests)',
      run: '/plans/smoke',
      image: null,
      install: true,
      packages: [],
      on: 'build',
      for: ['rpms/hello'],
      arch: ['aarch64'],
      network: 'mirror',
      timeoutSeconds: 1800 + 600 + 3900 + 300,
      memoryMiB: 4096,
      cpus: 2,
      diskMiB: 20480,
      results: 'exit',
      rules: { unskippable: true },
      tmt: { plan: '/plans/smoke' },
    })
    assert.equal(checks[0]?.name, 'tmt.plans-full')
    assert.equal(checks[0].arch, null)
    assert.deepEqual(notes, [
      'check tmt.plans-full: test /tests/c is skipped: it is for a human to do (manual)',
      'check tmt.plans-smoke: test /tests/c is skipped: it is for a human to do (manual)',
    ])
  })

  it('runs all tests where there is no plan', () => {
    const { checks } = read({ [tests]: '/a: {test: x}\n/b: {test: y}\n' })
    assert.deepEqual(
      checks.map(({ name, summary }) => [name, summary]),
      [['tmt.default-plan', '/default/plan (2 tests)']],
    )
    assert.deepEqual(read({ [tests]: 'summary: no tests\n' }).checks, [])
  })

  it('says why a plan is not run, naming what asks for it', () => {
    const table: [string, RegExp][] = [
      ['execute: {how: upgrade}', /how to execute by "upgrade"/],
      [`${all}provision: [{how: virtual}, {how: virtual}]`, /needs 2 machines/],
      [`${all}provision: {how: beaker}`, /machine of "beaker"/],
      [`${all}provision: {hardware: {tpm: {version: "2.0"}}}`, /machine with \{"tpm"/],
      [`${all}provision: {hardware: {virtualization: {is-virtualized: false}}}`, /no virtualization/],
      [`${all}provision: {hardware: {memory: ">= 900 GB"}}`, /machine with \{"memory"/],
      [`${all}prepare: {how: ansible, playbook: x.yml}`, /prepares by "ansible"/],
      [`${all}prepare: {how: install, copr: a/b}`, /Copr/],
      [`${all}prepare: {how: install, package: "https://example.org/x.rpm"}`, /no package's name/],
      [`${all}prepare: {how: shell, script: x, where: server}`, /one of several machines/],
      ['plan: {import: {url: https://example.org/x, name: /y, scope: all}}', /not known here \(scope\)/],
      ['plan: {import: {name: /y}}', /imports the plan \/y, which is not there/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, url: "git@example.org:t"}', /no address.*\(url\)/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, url: https://x.org/t, ref: "@a"}', /no branch.*\(ref\)/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, ref: old}', /another commit/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, dist-git-source: true}', /sources of the package/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, modified-only: true}', /modified-only/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, path: /elsewhere}', /no tree of tests at \/elsewhere/],
      ['execute: {how: tmt}\ndiscover: {how: fmf, test: [/none]}', /finds no tests/],
      [`${all}enabled: false`, /it is disabled/],
      [`${all}environment-file: https://example.org/env`, /environment from elsewhere/],
    ]
    for (const [text, reason] of table) assert.match(why(text), reason, text)
  })

  it('leaves open what depends on the build', () => {
    const rule = 'adjust: {when: distro == fedora, enabled: true}'
    const { checks } = read({ 'plan.fmf': `${all}enabled: false\n${rule}\n`, [tests]: '/t: {test: x}\n' })
    assert.equal(checks.length, 1)
  })

  it('refuses what is wrong, where it stands', () => {
    const table: [string, RegExp][] = [
      ['/t: {test: ""}', /^main\.fmf:1: \/t: test holds no command/],
      ['/t:\n  test: x\n  duration: soon', /^main\.fmf:3: \/t: duration cannot be "soon"/],
      ['environment: [A]\n/t: {test: x}', /^main\.fmf:1: \/t: environment does not hold variables/m],
      ['/t: {test: x, environment: {A-B: 1}}', /cannot hold "A-B"/],
      ['/t: {test: x, result: good}', /result cannot be "good"/],
      ['/t: {test: x, path: /../..}', /path leads out of the tree/],
      ['/t: {test: x, restart-max-count: 11}', /restart-max-count cannot be 11/],
      ['/t: {test: x, enabled: perhaps}', /enabled is neither true nor false/],
      ['/t: {test: x, adjust: {when: "distro ==="}}', /adjust has a when that cannot be read/],
    ]
    for (const [text, message] of table) assert.match(fault(text, tests), message, text)
    assert.match(
      fault('execute: {how: tmt}\ndiscover: {how: fmf, filter: nonsense}'),
      /discover has a selection that has "nonsense"/,
    )
    assert.match(fault('execute: {how: tmt}\ndiscover: {how: fmf, test: "("}'), /is not a pattern/)
    assert.match(fault('execute: {how: tmt}\nprovision: 3'), /provision holds neither keys/)
  })

  it('follows links to metadata, also those that a host made files of', () => {
    const link: Entry = { kind: 'link', size: 8, bytes: Buffer.from('one.fmf\n') }
    const { checks } = read({
      'one.fmf': all,
      'two.fmf': link,
      'three.fmf': 'two.fmf\n',
      't.fmf': 'test: x\n',
    })
    assert.deepEqual(
      checks.map(({ name }) => name),
      ['tmt.one', 'tmt.three', 'tmt.two'],
    )
  })

  it('refuses more metadata than is read', () => {
    const files = Object.fromEntries(Array.from({ length: 2_001 }, (_, at) => [`f${at}.fmf`, 'a: 1\n']))
    assert.match(read(files).faults[0]?.message ?? '', /2002 files of metadata/)
  })
})

describe('a plan of tmt', () => {
  const some = `
/a: {test: x, tag: [fast], tier: 1, order: 60}
/b: {test: x, tag: [slow], component: [kernel]}
/c: {test: x, enabled: false}
`
  const select = (keys: string): string[] =>
    testNames({ 'plan.fmf': `execute: {how: tmt}\ndiscover: {how: fmf, ${keys}}\n`, [tests]: some })

  it('selects tests by name, by filter and in their order', () => {
    assert.deepEqual(select(''), ['/b', '/c', '/a'])
    assert.deepEqual(select('filter: "tag: fast | component: kernel"'), ['/b', '/a'])
    assert.deepEqual(select('filter: ["tier: 1", "tag: -slow"]'), ['/a'])
    assert.deepEqual(select('test: [/a, /b, ^/a$]'), ['/a', '/b', '/a'])
    assert.deepEqual(select('exclude: [/a]'), ['/b', '/c'])
    assert.deepEqual(select('include: [a, b], exclude: b'), ['/a'])
  })

  it('has its variables and its context put in wherever it names them, as tmt does, and no others', () => {
    const found = plan({
      'plan.fmf': `
execute: {how: tmt}
context: {flavour: [small, sweet]}
environment: {PYTHON: 3.12, WHERE: "$TMT_TREE/src", OTHER: "$PYTHON and $NOBODY and $@PYTHON"}
prepare:
- {how: install, package: ["python$PYTHON", "kernel-$@arch"]}
- {how: shell, script: "echo '\${PYTHON}' '$PYTHONS' '$(id) $1' '$@distro' '$@{flavour}' '$@nothing'"}
discover: {how: shell, tests: [{name: "of-$PYTHON", test: "echo $PYTHON"}]}
`,
    })
    assert.deepEqual(found.environment, {
      ...{ PYTHON: '3.12', WHERE: '/in//src', OTHER: '3.12 and $NOBODY and 3.12' },
    })
    assert.deepEqual(found.packages, ['python3.12', 'kernel-x86_64'])
    assert.deepEqual(found.prepare, [
      "echo '3.12' '$PYTHONS' '$(id) $1' 'fedora-40' 'small,sweet' '$@nothing'",
    ])
    assert.deepEqual(
      found.tests.map(({ name, command }) => [name, command]),
      [['/of-3.12', 'echo 3.12']],
    )
  })

  it('is refused where its variables make it long beyond measure', () => {
    const long = `{A: ${'x'.repeat(60_000)}, B: "${'$A'.repeat(1000)}"}`
    assert.match(
      fault(`execute: {how: tmt}\nenvironment: ${long}\n`),
      /plan\.fmf:2: .*longer than 1048576 characters/,
    )
  })

  it('is off where enabled says so in numbers', () => {
    assert.match(why('execute: {how: tmt}\nenabled: 0\n'), /disabled/)
  })

  it('holds tests of its own, several phases and scripts', () => {
    const own =
      'discover: {how: shell, tests: [{name: one, test: x, path: /sub}, {name: /two, test: y, duration: 5m}]}'
    const found = plan({ 'plan.fmf': `execute: {how: tmt}\n${own}\n` }).tests
    assert.deepEqual(
      found.map((test) => [test.name, test.folder, test.durationSeconds]),
      [
        ['/one', 'sub', 3600],
        ['/two', '', 300],
      ],
    )
    const phases =
      'discover: [{name: later, how: shell, order: 60, tests: [{name: x, test: x}]}, {name: first, how: fmf, test: /a}]'
    assert.deepEqual(testNames({ 'plan.fmf': `execute: {how: tmt}\n${phases}\n`, [tests]: some }), [
      '/first/a',
      '/later/x',
    ])
    assert.deepEqual(testNames({ 'plan.fmf': 'execute: {script: [a, b]}\n' }), ['/script-00', '/script-01'])
  })

  it('adjusts tests and phases to what is known of the build', () => {
    const files = {
      'plan.fmf': `${all}context: {how: full}
prepare:
  - {how: install, package: [curl, wget], exclude: [wget]}
  - {how: install, package: extra, missing: skip}
  - {how: shell, script: b, order: 60, when: distro == fedora}
  - {how: shell, script: a, when: [arch == s390x, how == full]}
  - {how: shell, script: c, when: distro == debian}
`,
      [tests]: `/t:
  test: x
  require: [bash]
  recommend: [less]
  adjust: [{when: distro >= fedora-40 and arch == x86_64, "require+": [gdb]}, {when: how == full, duration: 1h}]
`,
    }
    const here = plan(files)
    assert.deepEqual(
      [here.packages, here.recommended],
      [
        ['curl', 'bash', 'gdb'],
        ['extra', 'less'],
      ],
    )
    assert.deepEqual(here.prepare, ['a', 'b'])
    assert.equal(here.tests[0]?.durationSeconds, 3600)
    assert.deepEqual(plan(files, '/plan', 'bookworm').prepare, ['a', 'c'])
    assert.deepEqual(plan(files, '/plan', 'f40', 'aarch64').packages, ['curl', 'bash'])
  })

  it('skips tests that need what is not there, and says what is left out of others', () => {
    const { tests: found, notes } = plan({
      'plan.fmf': all,
      [tests]: `
/a: {test: x, require: [{name: /l}]}
/b: {test: x, require: [library(a)]}
/c: {test: x, framework: robot}
/d: {test: x, check: [{how: dmesg}, avc, {how: journal, enabled: false}], tty: true}
`,
    })
    assert.deepEqual(
      found.map(({ skip }) => skip),
      [
        'it requires the library /l, which is in no other repository (url)',
        "it requires library(a), which is no package's name",
        'nobody knows its framework robot',
        null,
      ],
    )
    assert.deepEqual(notes, [
      'test /d: it is run without its checks (avc)',
      'test /d: it is run without a terminal (tty)',
    ])
  })

  it('knows what tests make of what the kernel says', () => {
    const dmesgOf = (check: string) =>
      plan({ 'plan.fmf': all, [tests]: `/t: {test: x, check: ${check}}\n` }).tests[0]?.dmesg
    const usual = { result: 'respect', patterns: ['Call Trace:', '\\ssegfault\\s'] }
    assert.deepEqual(dmesgOf('dmesg'), usual)
    assert.deepEqual(dmesgOf('[avc, {how: dmesg}]'), usual)
    assert.deepEqual(dmesgOf('{how: dmesg, result: xfail, failure-pattern: [a, b]}'), {
      ...{ result: 'xfail', patterns: ['a', 'b'] },
    })
    assert.equal(dmesgOf('{how: dmesg, enabled: false}'), null)
    assert.equal(dmesgOf('avc'), null)
    for (const [check, reason] of [
      ['{how: dmesg, result: good}', /result of a check cannot be "good"/],
      ['{how: dmesg, failure-pattern: ["a\\nb"]}', /failure-pattern holds more/],
      ['{how: dmesg, failure-pattern: {a: b}}', /failure-pattern is neither/],
    ] as const)
      assert.match(fault(`/t: {test: x, check: ${check}}\n`, tests), reason)
  })

  it('reads a tree inside of the repository where a plan names it', () => {
    const files = {
      'plan.fmf': 'execute: {how: tmt}\ndiscover: {how: fmf, path: /inner}\n',
      'inner/.fmf/version': '1\n',
      'inner/t/main.fmf': 'test: x\n/a: {}\n/b: {path: /other}\n',
    }
    assert.deepEqual(
      plan(files).tests.map(({ name, folder }) => [name, folder]),
      [
        ['/t/a', 'inner/t'],
        ['/t/b', 'inner/other'],
      ],
    )
  })
})
