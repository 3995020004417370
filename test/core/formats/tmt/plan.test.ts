import assert from 'node:assert/strict'
import { plan, testNames, why, fault, tests, all } from '../../../support/tmt-project.ts'

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
