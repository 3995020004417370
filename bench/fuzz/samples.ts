/** A valid text for each reader of the fuzz bench. */
import type { Naming } from '../../core/listening/bus.ts'

const digest = 'ab'.repeat(32)
const json = (value: unknown): string => JSON.stringify(value, null, 1)

export const naming: Naming = { projects: ['ann/*'], releases: { 'openSUSE:*': 'tumbleweed' } }

export const checksYaml = `# What holds for hello.
checks:
  smoke:
    summary: It greets
    run: ./smoke.sh --verbose
    timeout: &long 10m
  again:
    run: |
      set -e
      hello | grep -q world
    timeout: *long
    results: {junit: report.xml}
`
export const control = `Tests: smoke, other-one
Depends: @, python3 (>= 3.9) | python3-dev [amd64 !arm64], shell-tests <!nocheck>
Restrictions: needs-root allow-stderr
Architecture: amd64 arm64

# Another one.
Test-Command: hello --version
Features: test-name=version
Depends: @, @builddeps@
`
export const plan = `summary: All of it
discover: {how: fmf, filter: 'tag:tier1 & component:hello'}
provision:
  hardware: {memory: '>= 1 GB', cpu: {processors: 2}}
prepare:
  - {how: install, package: [bash, coreutils]}
execute: {how: tmt}
environment: {A: b}
adjust+:
  - when: distro == fedora-42 and arch != s390x
    enabled: false
`
export const tests = `/smoke:
  test: ./smoke.sh
  duration: 5m
  component: hello
  require: [bash]
  tag: [tier1]
`
export const playbook = `---
- hosts: localhost
  tags: [classic]
  roles:
    - role: standard-test-basic
      required_packages: [bash]
      tests:
        - smoke: {dir: ., run: ./smoke.sh}
        - other
      environment: {A: x}
`
export const gating = `--- !Policy
product_versions: [fedora-*]
decision_contexts: [bodhi_update_push_stable]
subject_type: koji_build
rules:
  - !PassingTestCaseRule {test_case_name: deb.hello.smoke}
`
export const tap = `TAP version 14
1..4
ok 1 - greets # SKIP no terminal
not ok 2 - ends # TODO later
  ---
  message: 'it went on'
  ...
    # Subtest: inside
    ok 1
    1..1
ok 3 - inside
Bail out! enough
`
export const junit = `<?xml version="1.0"?>
<testsuites><testsuite name="a &amp; b" tests="2">
<testcase classname="x.y" name="one" time="0.1"><system-out><![CDATA[a <b>]]></system-out></testcase>
<testcase name="two"><failure message="no">why</failure></testcase>
</testsuite></testsuites>
`
export const resultYaml = `results:
  - {testcase: smoke, outcome: PASSED, note: "fine", artifact: log.txt}
  - name: /other
    result: fail
    log: [data/a.txt]
`
export const tmtRecords = `test 1
begin 1764590000
exit 0
end 1764590009
`
export const results = `{"name": "greeting", "outcome": "passed", "note": "it said hello"}
{"name": "ending", "outcome": "failed", "artifact": "log.txt"}
`
export const packages = `hello 2.10-3
libc6 2.36-9+deb12u10
python3.11-minimal 3.11.2-6
`
export const build = json({
  package: 'deb/hello',
  release: 'trixie',
  version: '2.10-3',
  architectures: ['x86_64'],
  artifacts: [
    { name: 'hello_2.10-3_amd64.deb', url: 'https://example.org/hello_2.10-3_amd64.deb', sha256: digest },
  ],
  origin: 'https://example.org/builds/7',
})
export const koji = json({
  ...{
    build_id: 7,
    name: 'bash',
    version: '5.2.26',
    release: '1.fc41',
    epoch: null,
    attribute: 'state',
    old: 0,
    new: 1,
  },
  ...{
    instance: 'primary',
    owner: 'ann',
    task_id: null,
    request: ['git+https://x#1', 'rawhide', {}],
    url: 'https://k/7',
  },
})
export const copr = json({
  ...{
    build: 9,
    chroot: 'fedora-rawhide-aarch64',
    owner: 'ann',
    copr: 'tools',
    pkg: 'bash',
    version: '5.2-1',
  },
  ...{ status: 1, user: 'bob' },
})
export const obs = json({
  ...{
    project: 'openSUSE:Factory',
    package: 'bash:mini',
    repository: 'standard',
    arch: 'x86_64',
    versrel: '5.2-3',
  },
  ...{ bcnt: '4', srcmd5: 'ab' },
})
export const hub = `<?xml version='1.0'?><methodResponse><params><param><value><array><data>
<value><struct><member><name>name</name><value><string>bash</string></value></member>
<member><name>size</name><value><int>7</int></value></member><member><name>epoch</name><value><nil/></value></member></struct></value>
</data></array></value></param></params></methodResponse>
`
export const posted = json({
  ...{
    outcome: 'PASSED',
    testcase: { name: 'dist.x', ref_url: 'https://example.org' },
    groups: ['a', { uuid: digest.slice(0, 8) }],
  },
  ...{
    note: 'fine',
    data: { item: 'bash-5', type: ['koji_build', 'other'], n: 1.5 },
    name: 'x',
    description: 'y',
  },
})
export const query =
  'outcome=PASSED,FAILED&testcases:like=dist.*,*x*&since=2026-01-01T00:00:00,2026-02-01&item=bash-5&type:like=k*&limit=5&page=1&_sort=desc:submit_time'
export const report = json({
  ending: { phase: 'check', how: 'exited', exitCode: 1 },
  results: [{ name: 'a', outcome: 'failed', note: 'why' }],
  notes: ['one'],
  machine: { image: 'tiny' },
})
export const agent = `{"say": "ready", "boot": 1}
{"say": "begun", "clockErrorMs": 1.5}
{"say": "started", "phase": "check"}
{"say": "exited", "phase": "check", "code": 0, "bytes": 12}
`
export const index = `Package: hello
Version: 2.10-3
Directory: pool/main/h/hello
Architecture: any
Checksums-Sha256:
 ${digest} 1234 hello_2.10-3.dsc
 ${digest} 5678 hello_2.10.orig.tar.gz

Package: other
Version: 1
`
export const release = `Suite: stable
Date: Sat, 01 Nov 2026 10:00:00 UTC
Valid-Until: Sat, 08 Nov 2026 10:00:00 UTC
Acquire-By-Hash: yes
SHA256:
 ${digest} 1234 main/source/Sources.xz
 ${digest} 99 main/binary-amd64/Packages.xz
`
/** As latin1: a client that asks for example.org. */
export const hello = ((): string => {
  const name = Buffer.from('example.org')
  const number = (value: number, bytes: number): Buffer => {
    const buffer = Buffer.alloc(bytes)
    buffer.writeUIntBE(value, 0, bytes)
    return buffer
  }
  const server = Buffer.concat([number(name.length + 3, 2), number(0, 1), number(name.length, 2), name])
  const extensions = Buffer.concat([number(0, 2), number(server.length, 2), server])
  const body = Buffer.concat([
    ...[
      number(0x0303, 2),
      Buffer.alloc(32, 7),
      number(0, 1),
      number(2, 2),
      number(0x1301, 2),
      number(1, 1),
      number(0, 1),
    ],
    ...[number(extensions.length, 2), extensions],
  ])
  const handshake = Buffer.concat([number(1, 1), number(body.length, 3), body])
  return Buffer.concat([number(22, 1), number(0x0301, 2), number(handshake.length, 2), handshake]).toString(
    'latin1',
  )
})()
