/** Views as pages get them, small but with something in every part. */
import { changes } from '../../../core/changes.ts'
import { differences, type RunFacts } from '../../../core/differences.ts'
import { news } from '../../../core/news.ts'
import { overview } from '../../../core/overview.ts'
import type { BuildSeen, ExecutionSeen } from '../../../core/standing.ts'
import type { AccountView } from '../../../server/pages/account-page.ts'
import type { ExecutionView } from '../../../server/pages/execution-view.ts'
import type { Build } from '../../../server/store/builds.ts'
import type { Execution } from '../../../server/store/executions.ts'
import { sampleCheck } from '../../support/checks.ts'

export const now = '2026-11-24T12:00:00.000Z'
const createdAt = '2026-11-23T12:00:00.000Z'
const id = (number: number): string => `01a20000-0000-7000-8000-${String(number).padStart(12, '0')}`
const commit = 'a'.repeat(40)

export const build: Build = {
  id: id(1),
  packageId: 1,
  package: 'deb/hello',
  release: 'bookworm',
  version: '2.10-3',
  architectures: ['x86_64'],
  artifacts: [
    { name: 'hello.deb', url: 'https://example.org/hello.deb', sha256: 'b'.repeat(64), size: 53_280 },
  ],
  origin: 'https://buildd.example.org/1',
  subject: null,
  files: null,
  createdAt,
}

export const execution: Execution = {
  id: id(2),
  key: 'k',
  packageId: 1,
  package: 'deb/hello',
  buildId: build.id,
  release: build.release,
  version: build.version,
  subject: null,
  registrationId: 1,
  repository: 'deb/hello',
  commit,
  check: 'smoke',
  definition: sampleCheck({ summary: 'hello greets' }),
  arch: 'x86_64',
  state: 'finished',
  outcome: 'failed',
  reason: 'result',
  concerns: 'package',
  note: 'greets: it does not',
  attempt: 2,
  failures: 1,
  priority: 0,
  rerunOf: id(9),
  requestedBy: 'ann',
  eventId: null,
  createdAt,
  startedAt: '2026-11-23T12:00:04.000Z',
  finishedAt: '2026-11-23T12:01:09.000Z',
}

const times = { startedAt: '2026-11-23T12:00:04.000Z', endedAt: '2026-11-23T12:00:34.000Z' }

export const executionView: ExecutionView = {
  execution,
  build,
  event: { type: 'org.example.tagged', source: 'urn:bus', receivedAt: createdAt },
  attempts: [
    {
      ...{
        number: 1,
        runner: 'builder-01',
        outcome: 'errored',
        reason: 'machine_error',
        note: 'qemu fell over',
        ...times,
      },
      machine: { image: 'debian-12', accelerator: 'tcg', qemu: '7.2', console: 'last words' },
      notes: ['one file was left out'],
      steps: [
        { step: 'booting', ...times },
        { step: 'running', startedAt: times.endedAt, endedAt: null },
      ],
    },
    {
      ...{
        number: 2,
        runner: 'builder-02',
        outcome: 'failed',
        reason: 'result',
        note: 'greets: it does not',
        ...times,
      },
      ...{ machine: null, notes: [], steps: [] },
    },
  ],
  results: [
    {
      ...{
        id: 1,
        executionId: execution.id,
        testcase: 'deb.hello.smoke.greets',
        outcome: 'failed',
        createdAt,
      },
      ...{ note: 'it does not', artifact: 'report.html', data: { key: 'value' } },
    },
  ],
  artifacts: [
    { executionId: execution.id, attempt: 1, path: 'report.html', size: 10, sha256: 'c'.repeat(64) },
    { executionId: execution.id, attempt: 2, path: 'report.html', size: 20, sha256: 'd'.repeat(64) },
  ],
  reruns: [{ ...execution, id: id(3), state: 'scheduled', outcome: null }],
  why: null,
  runAtHome: 'assay run .',
  holding: null,
  log: {
    ...{ firstLine: 1, lines: ['first', 'second'], offset: 13, size: 13 },
    ...{ sections: [], attempt: 2, growing: false },
  },
}

const seen = (number: number, buildId: string, outcome: ExecutionSeen['outcome']): ExecutionSeen => ({
  ...execution,
  ...{ id: id(number), buildId, outcome, state: outcome === null ? 'scheduled' : 'finished' },
})

const builds: BuildSeen[] = [
  { ...build, id: id(12), version: '2.10-5' },
  { ...build, id: id(11), version: '2.10-4' },
]

const executions: ExecutionSeen[] = [
  seen(22, id(12), 'failed'),
  { ...seen(23, id(12), null), check: 'upgrade' },
  { ...seen(24, id(12), 'errored'), check: 'lint', repository: 'dist/lint' },
  seen(21, id(11), 'passed'),
]

const facts = (version: string, digest: string): RunFacts => ({
  ...{ version, commit: digest.repeat(40), image: 'debian-12', imageDigest: digest.repeat(64) },
  ...{ accelerator: 'tcg', qemu: null, packages: new Map([['libc6', digest]]) },
})

export const packageView = {
  package: 'deb/hello',
  maintainers: ['ann'],
  overview: overview(builds, executions),
  why: { [id(23)]: 'It is next for a free runner.' },
  changed: { [id(22)]: differences(facts('2.10-4', 'b'), facts('2.10-5', 'c')) },
  registrations: [
    {
      ...{ branch: 'main', isDefault: true, commit, pushedBy: 'ann', createdAt },
      lacking: ['https://forge.example/tests: The repository cannot be fetched: it answered 500'],
      checks: [{ name: 'smoke', summary: 'hello greets' }],
    },
  ],
  upstream: {
    url: 'https://forge.example/team/hello.git',
    lookedAt: createdAt,
    trouble: 'The repository cannot be fetched: it answered 500',
    refused: [{ branch: 'main', commit, why: 'main: checks.yaml:3:5 is wrong' }],
  },
  cloneUrl: 'http://127.0.0.1:8080/git/deb/hello.git',
}

export const frontView = {
  counts: { packages: 1, scheduled: 1, running: 0 },
  news: news(
    builds.map((one) => ({ ...one, package: 'deb/hello' })),
    executions,
    10,
  ),
}

export const feedView = {
  title: 'deb/hello',
  address: '/feeds/deb/hello.atom',
  page: '/packages/deb/hello',
  changes: changes(builds, executions),
  createdAt,
  baseUrl: 'http://127.0.0.1:8080',
}

export const checkView = {
  package: 'deb/hello',
  check: 'smoke',
  summary: 'hello greets',
  executions: [execution, { ...execution, id: id(4), outcome: 'passed' as const, commit }],
  next: 'older',
}

const head = { commit, author: 'Ann', date: createdAt, message: 'A check' }

export const compareView = {
  repository: 'deb/hello',
  from: head,
  to: head,
  changes: {
    files: [
      {
        path: 'checks.yaml',
        before: { mode: '100644', text: 'a\nb\n' },
        after: { mode: '100644', text: 'a\nc\n' },
      },
      { path: 'picture.png', before: null, after: { mode: '100644', text: null } },
    ],
    more: 0,
  },
}

export const executionCompareView = {
  execution,
  good: { ...execution, id: id(5), outcome: 'passed' as const },
  differences: differences(facts('2.10-4', 'b'), facts('2.10-5', 'c')),
  results: [{ testcase: 'deb.hello.smoke.greets', before: 'passed', after: null }],
}

export const maintainerView = {
  user: 'ann',
  packages: [{ package: 'deb/hello', mark: 'failed' as const, counts: { failed: 1 } }],
}

export const commitView = {
  repository: 'deb/hello',
  commit: { commit, author: 'Ann <ann@example.org>', date: createdAt, message: 'A check\n\nIt greets.\n' },
  files: [{ path: 'checks.yaml', size: 30, mode: '100644' }],
  manifest: 'checks:\n  smoke:\n    run: ./smoke.sh\n',
  registrations: [
    {
      branch: 'main',
      isCurrent: true,
      pushedBy: 'ann',
      createdAt,
      checks: [{ name: 'smoke', summary: null }],
    },
  ],
  cloneUrl: packageView.cloneUrl,
}

export const runnersView = {
  runners: [
    {
      ...{ id: 'builder-01', alive: true, seenAt: now, accelerator: 'tcg' as const, qemu: '7.2' },
      ...{ architectures: ['x86_64'], images: ['debian-12'] },
    },
  ],
  running: [{ ...execution, runner: 'builder-01' }],
  waiting: [{ ...execution, why: 'It is next for a free runner.' }],
  counts: { scheduled: 3, running: 1 },
}

export const messagesView = {
  listeners: [
    {
      ...{ name: 'fedora', kind: 'bus', active: true, stored: 2, repeated: 1, setAside: 1, lag: 2500 },
      ...{ heardAt: now, heard: '1-1 of rpms/bash', sentAt: now, trouble: 'no broker', troubleSince: null },
      ignored: [{ rule: 'scratch', count: 3, last: 'a scratch build', lastAt: now }],
    },
  ],
  publishers: [{ name: 'webhook x', active: false, waiting: 3, dead: 1, oldestAt: now }],
  setAside: [
    {
      ...{ id: 7, listener: 'fedora', topic: 'a.b', messageId: 'x', why: 'It is not JSON.', size: 8 },
      setAsideAt: now,
    },
  ],
}

export const searchView = {
  query: 'hello',
  packages: ['deb/hello'],
  builds: [build],
  executions: [execution],
  filtered: {
    asked: { check: 'smoke', state: 'finished' },
    executions: [execution],
    older: '/search?check=smoke',
  },
}

export const accountView: AccountView = {
  user: 'ann',
  powers: ['push', 'account'],
  groups: ['perl'],
  maintains: 3,
  mail: 'ann@example.org',
  subscriptions: [{ package: 'deb/hello', interest: 'failures' }],
  tokens: [{ id: 1, scopes: ['push'], createdAt: now, expiresAt: now }],
  keys: [{ id: 1, fingerprint: 'SHA256:x', label: 'ann@laptop', createdAt: now }],
}
