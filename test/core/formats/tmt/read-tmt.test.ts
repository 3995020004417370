import assert from 'node:assert/strict'
import type { Entry } from '../../../../core/formats/manifest-file.ts'
import { read, why, fault, tests, all } from '../../../support/tmt-project.ts'

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
