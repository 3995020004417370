/**
 * How long pages take over HTTP at the size of a distribution, in SQLite and in PostgreSQL, and how much longer than on a
 * site of a hundredth of the size, in the same run. BENCH_RESULTS says how many results there are (default 200 000).
 */
import { existsSync } from 'node:fs'
import { openDatabase } from '../server/store/database.ts'
import { isPostgres } from '../server/store/dialect.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { startCluster } from '../test/support/postgres-cluster.ts'
import { startTestServer } from '../test/support/server.ts'
import { median, percentile, type Measured } from './measured.ts'
import { writeHistory, type History, type Size } from './pages/history.ts'

/** Of every page, however many packages there are. */
const aim = { p95Ms: 25 }
const looks = 200

interface Line {
  page: string
  p50: number
  p95: number
  /** Over the same page of the small site. */
  ratio: number
}

type Times = Record<string, number[]>

export async function benchPages(): Promise<Measured> {
  const results = Number(process.env['BENCH_RESULTS'] ?? 200_000)
  const size = { packages: 25_000, results }
  const small = { packages: 250, results: Math.floor(results / 100) }
  const found: Record<string, Line[]> = {}
  await using folder = await temporaryFolder()
  const file = (name: string): Promise<string> => Promise.resolve(`${folder.path}/${name}.sqlite`)
  found['SQLite'] = await compare(file, size, small)
  if (existsSync('/usr/lib/postgresql')) {
    await using cluster = await startCluster()
    const database = async (name: string): Promise<string> => {
      await cluster.createDatabase(name)
      return cluster.urlOf(name)
    }
    found['PostgreSQL'] = await compare(database, size, small)
  }
  return report(found, size)
}

async function compare(urlOf: (name: string) => Promise<string>, size: Size, small: Size): Promise<Line[]> {
  const before = await measure(await urlOf('small'), small)
  const large = await measure(await urlOf('large'), size)
  return Object.entries(large).map(([page, times]) => ({
    page,
    p50: median(times),
    p95: percentile(times, 0.95),
    ratio: median(times) / median(before[page] ?? []),
  }))
}

async function measure(databaseUrl: string, size: Size): Promise<Times> {
  const history = await fill(databaseUrl, size)
  await using server = await startTestServer({ databaseUrl })
  const times: Times = {}
  for (const [page, pathOf] of Object.entries(pagesOf(history))) {
    const taken = (times[page] = []) as number[]
    for (let look = -5; look < looks; look++) {
      const start = performance.now()
      const response = await fetch(server.url + pathOf(Math.abs(look)), { headers: { accept: 'text/html' } })
      await response.text()
      if (!response.ok) throw new Error(`${pathOf(Math.abs(look))} answered ${response.status}`)
      if (look >= 0) taken.push(performance.now() - start)
    }
  }
  return times
}

async function fill(url: string, size: Size): Promise<History> {
  const db = await openDatabase(url)
  try {
    const history = await writeHistory(db, size, Date.now())
    // As PostgreSQL does by itself after a while.
    await db.raw(isPostgres(db) ? 'vacuum analyze' : 'analyze')
    return history
  } finally {
    await db.destroy()
  }
}

function pagesOf({ packages, builds, executions }: History): Record<string, (look: number) => string> {
  /** Another one at every look, newer ones and older ones. */
  const one = (from: readonly string[], look: number): string =>
    from.at(-1 - ((look * 37) % from.length)) ?? ''
  return {
    front: () => '/',
    package: (look) => `/packages/${one(packages, look)}`,
    build: (look) => `/builds/${one(builds, look)}`,
    execution: (look) => `/executions/${one(executions, look)}`,
    'beside one that held': (look) => `/executions/${one(executions, look)}/compare`,
    check: (look) => `/packages/${one(packages, look)}/checks/smoke`,
    maintainer: (look) => `/maintainers/user${1 + (look % 200)}`,
    'search of a word': (look) => `/search?q=package${look}`,
    'search of a version': (look) => `/search?q=1.${look % 10}`,
    'search of executions': () => '/search?outcome=failed',
    runners: () => '/runners',
    badge: (look) => `/badges/${one(packages, look)}.svg`,
    feed: (look) => `/feeds/${one(packages, look)}.atom`,
    'API: executions': (look) => `/api/v1/executions?package=${one(packages, look)}`,
  }
}

function report(found: Record<string, Line[]>, { packages, results }: Size): Measured {
  const lines = Object.entries(found).flatMap(([database, measured]) => [
    `${database}, ${packages} packages, ${results} results; in ms: median, 95 of 100, median over that of a hundredth of the site`,
    ...measured.map(
      ({ page, p50, p95, ratio }) =>
        `  ${page.padEnd(28)} ${p50.toFixed(1).padStart(7)} ${p95.toFixed(1).padStart(7)} ${ratio.toFixed(2).padStart(6)}x${p95 > aim.p95Ms ? `  MORE than the ${aim.p95Ms} ms aimed at` : ''}`,
    ),
  ])
  return { lines, data: { packages, results, aim, databases: found } }
}
