/** Fills a site as it looks after weeks of work: releases, builds, checks and every way to end. */
import { randomUUID } from 'node:crypto'
import type { Check } from '../../core/check.ts'
import type { Verdict } from '../../core/verdict.ts'
import type { Services } from '../../server/services.ts'
import type { NewResult } from '../../server/store/results.ts'
import { temporaryFolder } from './folder.ts'
import { commitFiles, push } from './git.ts'
import { past, type Declared, type Past } from './past.ts'
import { sha256 } from './runner.ts'
import { sampleCheck } from './checks.ts'

export interface RichSite {
  /** Ids of the newest build, and of one execution of each kind. */
  build: string
  executions: Record<Kind, string>
  /** The commits of deb/hello's checks, oldest first. */
  commits: [string, string]
}

type Kind = 'passed' | 'failed' | 'errored' | 'skipped' | 'running' | 'scheduled'

/** One that was heard a moment ago. */
export const aliveRunner = 'builder-01'

const minute = 60_000
const day = 24 * 60 * minute

const summaries: Record<string, string> = {
  smoke: 'hello greets the world and exits with 0',
  'upgrade-from-stable': 'what was configured before an upgrade still works after it',
  'greets-in-every-language-that-the-package-claims-to-speak': 'each message catalogue is complete',
  'manual-page': 'the manual page renders without warnings',
  'no-leftovers': 'purging the package leaves nothing behind',
  'survives-a-reboot': 'what was installed is still there after a reboot',
  wrecker: 'wipes its disk and panics, which nobody else may notice',
  'needs-internet': 'downloads its translations',
  reproducible: 'two builds are the same, bit by bit',
}
const dep8 = { kind: 'file', user: 'root', allowStderr: false, depends: '@' } as const
/** Some that end as tests of DEP-8 do. */
const ofDep8 = ['greets-in-every-language-that-the-package-claims-to-speak', 'manual-page']
const checks = Object.entries(summaries).map(([name, summary]) =>
  sampleCheck({ name, summary, ...(ofDep8.includes(name) && { dep8 }) }),
)
const lint = sampleCheck({ name: 'lintian', summary: 'policy', run: 'lintian', for: ['deb/*'] })

const releases = [
  { release: 'bookworm', version: (n: number) => `2.10-3+deb12u${n}`, many: 8, arches: ['x86_64'] },
  { release: 'trixie', version: (n: number) => `2.12.1-1.${n}`, many: 8, arches: ['x86_64'] },
  {
    release: 'sid',
    version: (n: number) => `2.12.2+git20261120.4f2c9d1-1~exp.${n}`,
    many: 5,
    arches: ['x86_64', 'aarch64'],
  },
]

const verdicts = {
  passed: { outcome: 'passed', reason: null, concerns: null, note: null },
  exit: { outcome: 'failed', reason: 'exit_code', concerns: 'package', note: 'The check exited with 1.' },
  result: {
    ...{ outcome: 'failed', reason: 'result', concerns: 'package' },
    note: 'catalogue-pt_BR: 3 of 41 messages are not translated, the first is “hello, world”',
  },
  panic: {
    ...{ outcome: 'failed', reason: 'guest_panic', concerns: 'check' },
    note: "The machine's kernel panicked.",
  },
  inspect: {
    ...{ outcome: 'needs_inspection', reason: 'result', concerns: 'package' },
    note: 'diffoscope: look at the report',
  },
  errored: {
    ...{ outcome: 'errored', reason: 'mirror_unreachable', concerns: 'service' },
    note: "The distribution's mirror could not be reached.",
  },
} satisfies Record<string, Verdict>

/** What `check` found in the build that has `age` newer ones. */
function verdictOf(check: string, release: string, age: number): Verdict {
  if (check === 'wrecker' && release === 'bookworm' && age < 2) return verdicts.panic
  if (check.startsWith('greets') && release !== 'bookworm' && age < 3) return verdicts.result
  if (check === 'manual-page' && (age === 5 || (age === 0 && release === 'trixie'))) return verdicts.exit
  if (isMoody(check, release, age)) return verdicts.exit
  if (check === 'reproducible' && release === 'trixie' && age < 2) return verdicts.inspect
  if (check === 'upgrade-from-stable' && release === 'bookworm' && age === 0) return verdicts.errored
  return verdicts.passed
}

/** Fails at first, and passes when it is run again. */
const isMoody = (check: string, release: string, age: number): boolean =>
  check === 'survives-a-reboot' && release === 'trixie' && age % 3 === 1

/** How far an execution has come, or with what verdict it ended. */
type Fate = 'skipped' | 'scheduled' | 'running' | Verdict

/** The newest build for sid has only just come in. */
const isNew = (release: string, age: number): boolean => release === 'sid' && age === 0

function fateOf(check: string, release: string, arch: string, age: number): Fate {
  if (check === 'needs-internet') return 'skipped'
  if (!isNew(release, age)) return verdictOf(check, release, age)
  if (arch === 'aarch64' || check > 'r') return 'scheduled'
  return check === 'no-leftovers' ? 'running' : verdictOf(check, release, age)
}

/** In one transaction: thousands of small ones would take longer than the tests. */
export const fillSite = (services: Services): Promise<RichSite> =>
  services.transaction((stores) => fill({ ...services, stores }))

async function fill(services: Services): Promise<RichSite> {
  const end = Date.parse(services.now())
  const commits = await pushTwice(services)
  const { packageId, declared } = await declare(services, end, commits[1])
  const record = past(services)
  const site: Omit<RichSite, 'executions'> & { executions: Partial<RichSite['executions']> } = {
    ...{ build: '', executions: {}, commits },
  }
  for (const { release, version, many, arches } of releases)
    for (let age = many - 1; age >= 0; age--) {
      const time = isNew(release, age) ? end - 4 * minute : end - (age * 3 + 1) * day
      const artifacts = arches.map((arch) => debOf(version(many - age), arch))
      const facts = { packageId, release, version: version(many - age), architectures: arches }
      site.build = await record.build(
        { ...facts, artifacts, origin: `https://buildd.example.org/${release}` },
        time,
      )
      for (const one of declared)
        for (const arch of arches) {
          const fate = fateOf(one.check.name, release, arch, age)
          const skip = fate === 'skipped' ? 'This site does not let checks use the internet.' : null
          const about = one.repository === 'deb/hello' ? { ...one, commit: commits[age > 2 ? 0 : 1] } : one
          const id = await record.execution(about, { id: site.build, packageId, arch }, time, { skip })
          const ran = { start: time + 20_000, age, release }
          await meet(record, id, fate, ran)
          site.executions[kindOf(fate)] = id
          if (!isMoody(one.check.name, release, age)) continue
          const rerun = await record.execution(about, { id: site.build, packageId, arch }, time, {
            rerunOf: id,
          })
          await meet(record, rerun, verdicts.passed, { ...ran, start: time + 600_000 })
        }
    }
  // It goes on however long the tests take: nobody finds that its runner went silent.
  await services.stores.attempts.seen(site.executions.running ?? '', 1, new Date(end + day).toISOString())
  return site as RichSite
}

function kindOf(fate: Fate): Kind {
  if (typeof fate === 'string') return fate
  return fate.outcome === 'passed' || fate.outcome === 'errored' ? fate.outcome : 'failed'
}

interface Ran {
  start: number
  age: number
  release: string
}

async function meet(record: Past, id: string, fate: Fate, { start, age, release }: Ran): Promise<void> {
  if (fate === 'skipped' || fate === 'scheduled') return
  if (fate === 'running') {
    await record.begin(id, start, 'running')
    await record.log(id, 'Purging hello ...\n')
    return
  }
  await record.begin(id, start)
  if (fate.reason === 'result' && fate.outcome === 'failed') await leave(record, id)
  const imageDigest = sha256(Buffer.from(release === 'trixie' && age === 0 ? 'newer disk' : 'disk'))
  const longer = 4000 * ((7 * age) % 5)
  await record.finish(id, start, fate, { results: resultsOf(fate), longer, imageDigest })
}

/** What a check that looks closely leaves behind. */
async function leave(record: Past, id: string): Promise<void> {
  const green = (text: string): string => `\u001b[32m${text}\u001b[0m`
  const lines = Array.from(
    { length: 640 },
    (_, at) => `${green('ok')} ${at + 1} - message ${at + 1} is translated`,
  )
  await record.log(
    id,
    `${lines.join('\n')}\nnot ok 641 - “hello, world” is not translated\n# at catalogue.pl line 41.\n`,
  )
  await record.artifact(id, 'catalogues/pt_BR.diff', '-hello, world\n+olá, mundo\n')
  await record.artifact(id, 'report.html', '<script>alert(1)</script>\n')
  await record.artifact(
    id,
    `screenshots/${'greeting-in-a-terminal-of-80-columns-'.repeat(3)}.png`,
    'not really',
  )
}

function resultsOf({ reason, outcome }: Verdict): NewResult[] {
  const testcase = 'deb.hello.greets'
  if (reason !== 'result') return [{ testcase, outcome }]
  const diff = { artifact: 'catalogues/pt_BR.diff', data: { untranslated: '3' } }
  return [
    { testcase: `${testcase}.catalogue-de`, outcome: 'passed' },
    {
      testcase: `${testcase}.catalogue-pt_BR`,
      outcome,
      note: '3 of 41 messages are not translated',
      ...diff,
    },
    { testcase: `${testcase}.catalogue-eo`, outcome: 'info', note: 'new since the last build' },
  ]
}

const debOf = (version: string, arch: string) => ({
  name: `hello_${version}_${arch}.deb`,
  url: `https://ftp.example.org/pool/h/hello/hello_${version}_${arch}.deb`,
  sha256: sha256(Buffer.from(version + arch)),
  size: 53_280,
})

/** Checks of deb/hello as they were, and as they are now. */
async function pushTwice({ repositories }: Services): Promise<[string, string]> {
  await using folder = await temporaryFolder()
  const hello = { namespace: 'deb', name: 'hello' }
  const remote = await repositories.ensure(hello)
  const pushed = async (files: Record<string, string>): Promise<string> => {
    await commitFiles(folder.path, files)
    for (const branch of ['main', 'bookworm']) await push(folder.path, remote, '', branch)
    return (await repositories.heads(hello)).branches.get('main') ?? ''
  }
  const manifest = (timeout: string): string =>
    `checks:\n  smoke:\n    summary: hello greets the world\n    run: ./smoke.sh\n    timeout: ${timeout}\n`
  const before = { 'checks.yaml': manifest('5m'), 'smoke.sh': 'hello\n' }
  const after = { 'checks.yaml': manifest('2m'), 'smoke.sh': 'hello | grep -q world\n', 'new.sh': 'true\n' }
  return [await pushed(before), await pushed(after)]
}

/** The package deb/hello with its checks and the distribution's lint, and two runners, one of them away. */
async function declare(
  { stores }: Services,
  end: number,
  commit: string,
): Promise<{ packageId: number; declared: Declared[] }> {
  const at = (before: number): string => new Date(end - before).toISOString()
  const hello = await stores.packages.ensure({ namespace: 'deb', name: 'hello' }, at(60 * day))
  const dist = await stores.packages.ensure({ namespace: 'dist', name: 'lint' }, at(60 * day))
  for (const user of ['ann', 'berthold']) await stores.packages.addMaintainer(hello.id, user)
  const register = (packageId: number, branch: string, declares: Check[]): Promise<number> =>
    stores.registrations.add(
      { packageId, branch, commit, pushedBy: 'ann', checks: declares, createdAt: at(9 * day) },
      branch === 'main',
    )
  const own = await register(hello.id, 'main', checks)
  await register(hello.id, 'bookworm', checks.slice(0, 7))
  const shared = await register(dist.id, 'main', [lint])
  const facts = {
    accelerator: 'tcg' as const,
    architectures: ['x86_64'],
    images: ['debian-12', 'debian-13'],
    qemu: '7.2.15',
  }
  const away = { ...facts, accelerator: 'kvm' as const, architectures: ['aarch64'] }
  await stores.runners.put({ id: aliveRunner, instance: randomUUID(), facts, seenAt: at(4000) })
  await stores.runners.put({
    id: 'arm.example.org',
    instance: randomUUID(),
    facts: away,
    seenAt: at(3 * day),
  })
  return {
    packageId: hello.id,
    declared: [
      ...checks.map((check) => ({ check, repository: 'deb/hello', registration: own })),
      { check: lint, repository: 'dist/lint', registration: shared },
    ],
  }
}
