import assert from 'node:assert/strict'
import { readManifest } from '../../../core/formats/native.ts'
import { limits } from '../../../core/formats/limits.ts'

const repository = { namespace: 'deb', name: 'hello' }
const read = (text: string) => readManifest(text, { repository })

/** Each fault as `line:column message | mend`. */
const faults = (text: string): string[] =>
  read(text).faults.map(({ line, column, message, mend }) => `${line}:${column} ${message} | ${mend ?? ''}`)
const fault = (text: string): string => {
  const [first, ...more] = faults(text)
  assert.deepEqual(more, [])
  return first!
}

describe('reading checks.yaml', () => {
  it('fills in every default', () => {
    const { checks, faults, skipped } = read('checks:\n  smoke:\n    run: ./smoke.sh\n')
    assert.deepEqual([faults, skipped], [[], []])
    assert.deepEqual(checks, [
      {
        name: 'smoke',
        summary: null,
        run: './smoke.sh',
        image: null,
        install: true,
        packages: [],
        on: 'build',
        for: ['deb/hello'],
        arch: null,
        timeoutSeconds: 600,
        network: 'none',
        memoryMiB: 1024,
        cpus: 1,
        diskMiB: 4096,
        results: 'exit',
      },
    ])
  })

  it('reads every key, with architectures as the kernel names them', () => {
    const [check] = read(`checks:
  smoke: {summary: greets, run: x, image: debian-12, install: false, packages: [curl, g++], on: build, for: [deb/hello],
    arch: [amd64, x86_64, arm64], timeout: 2h, network: mirror, memory: 512M, cpus: 2, disk: 1G, results: exit}
`).checks
    assert.deepEqual(check!.arch, ['x86_64', 'aarch64'])
    assert.deepEqual([check!.timeoutSeconds, check!.memoryMiB, check!.diskMiB], [7200, 512, 1024])
    assert.deepEqual([check!.install, check!.packages, check!.network], [false, ['curl', 'g++'], 'mirror'])
  })

  it('is for any package where nobody knows the repository, as at home', () => {
    const { checks } = readManifest('checks: {a: {run: x}, b: {run: y, for: [deb/other]}}', {
      repository: null,
    })
    assert.deepEqual(
      checks.map((check) => check.for),
      [['*/*'], ['deb/other']],
    )
  })

  it('lets only shared repositories hold checks for others, globs included', () => {
    const text = 'checks:\n  a:\n    run: x\n    for: [deb/hello, deb/other, "deb/*"]\n'
    assert.deepEqual(
      faults(text).map((one) => one.split(' | ')[0]),
      [
        '4:22 a check of deb/hello cannot be for "deb/other"',
        '4:33 a check of deb/hello cannot be for "deb/*"',
      ],
    )
    const shared = readManifest(text, { repository: { namespace: 'dist', name: 'lint' } })
    assert.deepEqual(shared.checks[0]!.for, ['deb/hello', 'deb/other', 'deb/*'])
  })

  it('names every mistake at once, where it is and what to write instead', () => {
    const text = `checks:
  smoke:
    rum: ./smoke.sh
    timeout: 300
    summary:
  Bad Name:
    run: x
  b:
    run: [a, b]
    for: deb/hello
    packages: [ok, "bad name"]
  c: ./x.sh
  d:
    run: x
    timeout: 999999h
    memory: 1M
    results: {junt: x}
    install: yes
`
    assert.deepEqual(faults(text), [
      '2:3 check "smoke" has no run | add run: and a shell command of at most 16384 characters, such as ./smoke.sh; several lines after run: |',
      '3:5 unknown key "rum" | write run:',
      '4:14 timeout cannot be 300 | write a time such as 90s, 10m or 2h',
      '5:13 summary cannot be nothing | write one line of at most 200 characters',
      '6:3 "Bad Name" cannot be the name of a check | write at most 64 of a-z, 0-9, ".", "_" and "-", beginning with a letter or a digit',
      '9:10 run cannot be ["a","b"] | write a shell command of at most 16384 characters, such as ./smoke.sh; several lines after run: |',
      '10:10 for cannot be "deb/hello" | write a list: for: [deb/hello]',
      '11:20 packages cannot hold "bad name" | write a list of at most 200 package names, such as [curl]',
      '12:3 check "c" is the text "./x.sh" | write keys below it, at least run: ./smoke.sh',
      '15:14 timeout cannot be 999999h | write a time of at most 24h',
      '16:13 memory cannot be 1M | write a size from 128M to 64G',
      '17:14 results cannot be {"junt":"x"} | write exit, tap, {junit: PATH} or {results: PATH}',
      '18:14 install cannot be "yes" | write true or false',
    ])
  })

  it('says what a file of another shape lacks', () => {
    assert.match(fault(''), /^1:1 is empty \| write checks:, below it/)
    assert.match(fault('just text'), /^1:1 holds the text "just text" where checks are due/)
    assert.match(fault('- a\n- b\n'), /^1:1 holds a list/)
    assert.match(fault('checks: []'), /^1:9 checks cannot be \[\]/)
    assert.equal(fault('check:\n  a: {run: x}\n'), '1:1 unknown key "check" | write checks:')
    assert.match(
      fault('smoke:\n  run: x\n'),
      /^1:1 unknown key "smoke" \| write the names of checks below checks:/,
    )
  })

  it('says where a text stops being YAML', () => {
    assert.equal(
      faults('checks:\n\ta:\n')[0],
      '2:1 is not YAML: Tabs are not allowed as indentation | indent with spaces',
    )
    assert.match(fault('checks:\n  a: "unterminated\n'), /^3:1 is not YAML: Missing closing "quote/)
    assert.match(faults('a: 1\n---\nb: 1\n')[0]!, /multiple documents.*keep one document/)
    assert.match(fault('checks:\n  a: !!js/function {run: x}\n'), /^2:6 is not YAML: Unresolved tag/)
  })

  it('does not take __proto__ for nothing', () => {
    assert.deepEqual(
      faults('checks:\n  a:\n    run: x\n    __proto__: {run: y}\n').map((one) => one.split(' | ')[0]),
      ['4:5 unknown key "__proto__"'],
    )
  })

  it('repeats what aliases repeat, and finds mistakes in it where the alias stands', () => {
    assert.equal(read('checks:\n  a: &a {run: x, timeout: 5m}\n  b: *a\n').checks[1]!.timeoutSeconds, 300)
    assert.deepEqual(
      faults('checks:\n  a: &a {run: x, cpus: no}\n  b: *a\n').map((one) => one.split(' | ')[0]),
      ['2:24 cpus cannot be "no"', '3:6 cpus cannot be "no"'],
    )
    assert.match(faults('checks:\n  a: *none\n')[0]!, /^2:6 there is no &none before this/)
    assert.match(faults('checks: &a\n  b: *a\n')[0]!, /^2:6 \*a repeats what it stands in/)
    assert.match(fault('checks:\n  a: {run: x}\n  a: {run: y}\n'), /^3:3 key "a" is here twice/)
  })

  it('merges what << names, which own keys and earlier ones stand before', () => {
    const merging = (keys: string): number | undefined =>
      read(`checks:\n  a: &a {run: x, timeout: 5m}\n  b: &b {run: y, timeout: 6m, cpus: 2}\n  c: {${keys}}\n`)
        .checks[2]?.timeoutSeconds
    assert.equal(merging('<<: *a'), 300)
    assert.equal(merging('<<: *a, timeout: 7m'), 420)
    assert.equal(merging('timeout: 7m, <<: *a'), 420)
    assert.equal(merging('<<: [*b, *a]'), 360)
    assert.equal(merging('<<: {timeout: 8m}, run: z'), 480)
    assert.match(faults('checks:\n  a: {<<: 7, run: x}\n')[0]!, /^2:7 << merges no keys/)
    assert.match(faults('checks:\n  a: &a {<<: *a, run: x}\n')[0]!, /\*a repeats what it stands in/)
    assert.match(
      faults('checks:\n  a: &a {run: x, cpus: no}\n  b: {<<: *a}\n')[1]!,
      /^3:7 cpus cannot be "no"/,
    )
    const many = Array.from({ length: 40 }, (_, at) => `  x${at + 1}: {<<: [*x${at}, *x${at}]}`)
    const bomb = `checks:\n  x0: &x0 {run: x}\n${many.join('\n').replaceAll(/x(\d+): \{/g, 'x$1: &x$1 {')}\n`
    assert.match(faults(bomb).join(), /holds more than \d+ values/)
  })

  it('says what is wrong in what it gives to checks of other formats', () => {
    assert.deepEqual(
      faults(
        "others:\n  '*':\n    run: x\n    imaeg: y\n    timeout: 48h\n    cpus: 0\n  a/b: {cpus: 1}\n  c: {}\n  d: 7\n",
      ).map((one) => one.replace(/ \| .*/, '')),
      [
        '3:5 unknown key "run"',
        '4:5 unknown key "imaeg"',
        '5:14 timeout cannot be 48h',
        '6:11 cpus cannot be 0',
        '7:3 "a/b" cannot be the name of checks',
        '8:3 "c" is given keys',
        '9:3 "d" is given the value 7',
      ],
    )
    assert.match(fault('others: 7\n'), /^1:9 others cannot be 7 \| write names of checks below others:/)
    assert.match(fault('other: {}\n'), /unknown key "other" \| write others:/)
    assert.match(fault('{}\n'), /declares no checks/)
  })

  it('says which events the check waits for, a build where it says nothing', () => {
    const { checks, skipped } = read('checks:\n  b: {run: y, on: {type: z}}\n  c: {run: z}\n')
    assert.deepEqual(
      checks.map(({ name, on }) => [name, on]),
      [
        ['b', { type: 'z' }],
        ['c', 'build'],
      ],
    )
    assert.deepEqual(skipped, [])
  })

  it('says how the check reports', () => {
    const { checks } = read(
      'checks:\n  a: {run: x, results: tap}\n  b: {run: x, results: {junit: r.xml}}\n  c: {run: x, results: {results: r.yaml}}\n  d: {run: x}\n',
    )
    assert.deepEqual(
      checks.map(({ results }) => results),
      ['tap', { junit: 'r.xml' }, { results: 'r.yaml' }, 'exit'],
    )
  })

  it('refuses too many checks with one sentence', () => {
    const many = (count: number): string =>
      `checks:\n${Array.from({ length: count }, (_, at) => `  c${at}: {run: x}\n`).join('')}`
    assert.equal(read(many(limits.checks)).checks.length, limits.checks)
    assert.match(fault(many(10_000)), /^1:1 10000 checks are too many \| declare at most 500/)
  })

  it('is done with hostile documents in seconds', () => {
    const repeat = (text: string): string => text.repeat(Math.floor(limits.manifestBytes / text.length))
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    const bomb = levels
      .map(
        (name, at) =>
          `${name}: &${name} [${Array(9)
            .fill(at === 0 ? 'x' : `*${levels[at - 1]!}`)
            .join(',')}]`,
      )
      .join('\n')
    assert.match(fault(bomb), /holds more than 100000 values/)
    assert.match(faults(repeat('['))[0]!, /nested too deeply/)
    for (const text of ['- ', 'a: ', '\n ']) assert.ok(faults(repeat(text)).length > 0, text)
  })
})
