/** A distribution's history, written straight into the tables: packages, their builds, what ran for them and said what. */
import type { Knex } from 'knex'
import { v7 as uuid } from 'uuid'
import { random, skewed } from '../random.ts'
import { sampleCheck } from '../../test/support/checks.ts'
import { writeResults, type NewRecord } from '../../server/store/resultsdb-write.ts'

export interface Size {
  packages: number
  /** Of the executions, five each. */
  results: number
}

/** What pages can be asked about; those that come up most, most often. */
export interface History {
  packages: string[]
  builds: string[]
  executions: string[]
}

const perExecution = 5
const checkNames = ['smoke', 'upgrade', 'reboot', 'lint']
const checks = checkNames.map((name) => sampleCheck({ name }))
const releases = ['bookworm', 'trixie', 'sid']
const day = 86_400_000
const atATime = 250

export async function writeHistory(db: Knex, { packages, results }: Size, now: number): Promise<History> {
  const history: History = { packages: [], builds: [], executions: [] }
  await writePackages(db, packages, now, checkNames)
  const builds = Math.floor(results / perExecution / checks.length)
  for (let from = 0; from < builds; from += atATime) {
    const numbers = Array.from({ length: Math.min(atATime, builds - from) }, (_, at) => from + at)
    const some = numbers.map((number) => buildAt(number, { packages, builds, now }))
    await db.transaction(async (trx) => {
      await insert(
        trx,
        'builds',
        some.map(({ row }) => row),
      )
      const ran = some.flatMap((build) => executionsOf(build))
      await insert(
        trx,
        'executions',
        ran.map(({ row }) => row),
      )
      await insert(
        trx,
        'attempts',
        ran.map(({ attempt }) => attempt),
      )
      await insert(
        trx,
        'steps',
        ran.flatMap(({ steps }) => steps),
      )
      await writeResults(
        trx,
        ran.flatMap(({ said }) => said),
      )
      for (const { row } of ran.slice(-20)) history.executions.push(row.id)
    })
    for (const { row, name } of some.slice(-5)) {
      history.builds.push(row.id)
      history.packages.push(name)
    }
  }
  return history
}

/** deb/package1 and so on, each with checks of these names. */
export async function writePackages(
  db: Knex,
  count: number,
  now: number,
  declared: readonly string[],
): Promise<void> {
  const created_at = iso(now - 400 * day)
  const numbers = Array.from({ length: count }, (_, at) => at + 1)
  await insert(
    db,
    'packages',
    numbers.map((id) => ({
      id,
      namespace: 'deb',
      name: nameOf(id),
      created_at,
    })),
  )
  await insert(
    db,
    'maintainers',
    numbers.map((id) => ({ package_id: id, user: `user${id % 1500}` })),
  )
  await insert(
    db,
    'registrations',
    numbers.map((id) => ({
      id,
      package_id: id,
      branch: 'main',
      commit: commitOf(id),
      checks: JSON.stringify(declared.map((name) => sampleCheck({ name, for: [`deb/${nameOf(id)}`] }))),
      created_at,
    })),
  )
  await insert(
    db,
    'branches',
    numbers.map((id) => ({ package_id: id, branch: 'main', registration_id: id, is_default: true })),
  )
}

interface Built {
  row: Record<string, unknown> & { id: string; package_id: number; release: string; version: string }
  name: string
  time: number
}

/** The `number`th of all, over a year that ended an hour ago. */
function buildAt(
  number: number,
  { packages, builds, now }: { packages: number; builds: number; now: number },
): Built {
  const id = skewed(number, packages) + 1
  const time = now - 3_600_000 - Math.round(((builds - number) / builds) * 365 * day)
  const release = releases[Math.floor(random(number + 1) * releases.length)] ?? ''
  const facts = { architectures: '["x86_64"]', artifacts: '[]', origin: null, created_at: iso(time) }
  const row = { id: uuid({ msecs: time }), package_id: id, release, version: `1.${number}-1`, ...facts }
  return { row, name: `deb/${nameOf(id)}`, time }
}

interface Ran {
  row: Record<string, unknown> & { id: string }
  attempt: object
  steps: object[]
  said: NewRecord[]
}

const executionsOf = (build: Built): Ran[] => checks.map((check, at) => executionOf(build, check, at))

function executionOf({ row: build, name, time }: Built, check: (typeof checks)[number], at: number): Ran {
  const id = uuid({ msecs: time + at })
  const seed = (time % 1_000_003) + at
  const broken = random(seed) < 0.06
  const outcome = broken ? 'failed' : 'passed'
  const [startedAt, finishedAt] = [iso(time + 20_000), iso(time + 90_000)]
  const reason = broken ? { reason: 'exit_code', concerns: 'package', note: 'The check exited with 1.' } : {}
  const row = {
    ...{ id, key: `${build.id}.${check.name}`, package_id: build.package_id, build_id: build.id },
    ...{ registration_id: build.package_id, repository: name, commit: commitOf(build.package_id) },
    ...{ check: check.name, definition: JSON.stringify(check), arch: 'x86_64', state: 'finished', outcome },
    ...{ reason: null, concerns: null, note: null, ...reason, attempt: 1 },
    ...{ created_at: iso(time), started_at: startedAt, finished_at: finishedAt },
  }
  const machine = { image: 'debian-12', imageDigest: 'a'.repeat(64), accelerator: 'kvm', qemu: '8.2.2' }
  const attempt = {
    ...{ execution_id: id, number: 1, runner: `builder-${seed % 40}`, instance: uuid(), fence: 'f' },
    ...{ started_at: startedAt, seen_at: finishedAt, ended_at: finishedAt, outcome },
    machine: JSON.stringify(machine),
  }
  const steps = ['booting', 'installing', 'running', 'reporting'].map((step) => ({
    ...{ execution_id: id, attempt: 1, step, started_at: startedAt, ended_at: finishedAt },
  }))
  const said = Array.from({ length: perExecution }, (_, number): NewRecord => {
    const item: [string, string] = ['item', `${name.slice(4)}-${build.version}`]
    const pairs: [string, string][] = [
      item,
      ['type', 'deb_build'],
      ['arch', 'x86_64'],
      ['release', build.release],
    ]
    return {
      executionId: id,
      testcase: { name: `deb.${name.slice(4)}.${check.name}${number === 0 ? '' : `.part${number}`}` },
      outcome: broken && number === 0 ? 'FAILED' : 'PASSED',
      verdict: broken && number === 0 ? 'failed' : 'passed',
      ...{ note: null, refUrl: null, artifact: null, postedBy: null, submitTime: (time + 90_000) * 1000 },
      groups: [{ uuid: id }],
      pairs: [...pairs, ['scenario', check.name]],
    }
  })
  return { row, attempt, steps, said }
}

const insert = (db: Knex, table: string, rows: readonly object[]): Promise<unknown> =>
  db.batchInsert(table, [...rows], atATime)

export const nameOf = (id: number): string => `package${id}`
const commitOf = (id: number): string => id.toString(16).padStart(40, 'c')
const iso = (time: number): string => new Date(time).toISOString()
