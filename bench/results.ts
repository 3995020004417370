/**
 * How long ResultsDB's usual queries take here, and how long on ResultsDB's own table layout in the same database, in the
 * same run. BENCH_RESULTS says how many results (default 200 000); PostgreSQL is measured as well where it is installed.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { readResultsQuery } from '../core/resultsdb/query.ts'
import { openDatabase } from '../server/store/database.ts'
import { isPostgres } from '../server/store/dialect.ts'
import { resultsdbResults } from '../server/store/resultsdb-results.ts'
import { writeResults } from '../server/store/resultsdb-write.ts'
import { startCluster } from '../test/support/postgres-cluster.ts'
import { median, type Measured } from './measured.ts'
import * as layout from './results/resultsdb-layout.ts'
import { end, itemOf, resultAt, testcaseName } from './results/site.ts'

const atATime = 1000
/** How much faster each query shall be, and how long the broadest may take. */
const aims = { ratio: 10, broadMs: 100 }
const broad = 'latest, since half a year, _distinct_on'

interface Compared {
  name: string
  ours: () => Promise<unknown>
  theirs: () => Promise<unknown>
}

interface Line {
  query: string
  oursMs: number
  theirsMs: number
  ratio: number
}

export async function benchResults(): Promise<Measured> {
  const count = Number(process.env['BENCH_RESULTS'] ?? 200_000)
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'))
  const found: Record<string, Line[]> = {}
  try {
    found['SQLite'] = await measure(join(folder, 'results.sqlite'), count)
    if (existsSync('/usr/lib/postgresql')) {
      await using cluster = await startCluster()
      await cluster.createDatabase('bench')
      found['PostgreSQL'] = await measure(cluster.urlOf('bench'), count)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return report(found, count)
}

async function measure(url: string, count: number): Promise<Line[]> {
  const db = await openDatabase(url)
  try {
    await fill(db, count)
    const lines: Line[] = []
    for (const compared of queries(db, count)) lines.push(await compare(compared))
    return lines
  } finally {
    await db.destroy()
  }
}

async function fill(db: Knex, count: number): Promise<void> {
  await layout.createLayout(db)
  for (let from = 0; from < count; from += atATime) {
    const length = Math.min(atATime, count - from)
    const records = Array.from({ length }, (_, at) => resultAt(from + at, count))
    await db.transaction(async (trx) => {
      await writeResults(trx, records)
      await layout.insertLayout(trx, records, from + 1)
    })
  }
  // As PostgreSQL does by itself after a while.
  await db.raw(isPostgres(db) ? 'vacuum analyze' : 'analyze')
}

function queries(db: Knex, count: number): Compared[] {
  const store = resultsdbResults(db)
  const page = (text: string) => () => store.page(read(text))
  const latest = (text: string) => () => store.latest(read(text))
  const item = itemOf(Math.floor(count / 40))
  const testcase = testcaseName(3)
  const build = { item, type: 'koji_build' }
  const gate = `item=${item}&type=koji_build`
  const [prefix, infix] = [item.slice(0, -8), item.slice(4, -6)]
  const day = end - 86_400e6
  const since = `since=${new Date(day / 1000).toISOString()}`
  const deep = Math.floor(count / 40)
  return [
    { name: 'item and type', ours: page(gate), theirs: () => layout.page(db, { data: build }) },
    { name: 'latest by item and type', ours: latest(gate), theirs: () => layout.latest(db, { data: build }) },
    {
      name: 'latest by item and type, _distinct_on',
      ours: latest(`${gate}&_distinct_on=scenario`),
      theirs: () => layout.latestDistinct(db, { data: build }, 'scenario'),
    },
    {
      name: 'latest by testcase',
      ours: latest(`testcases=${testcase}`),
      theirs: () => layout.latest(db, { testcases: [testcase] }),
    },
    {
      name: 'one testcase',
      ours: page(`testcases=${testcase}`),
      theirs: () => layout.page(db, { testcases: [testcase] }),
    },
    { name: 'all, limit 20', ours: page(''), theirs: () => layout.page(db, {}) },
    { name: 'all, limit 100', ours: page('limit=100'), theirs: () => layout.page(db, {}, 100) },
    {
      name: 'since a day, limit 100',
      ours: page(`${since}&limit=100`),
      theirs: () => layout.page(db, { since: day }, 100),
    },
    { name: 'failed', ours: page('outcome=FAILED'), theirs: () => layout.page(db, { outcome: 'FAILED' }) },
    {
      name: 'type and architecture',
      ours: page('type=koji_build&arch=s390x'),
      theirs: () => layout.page(db, { data: { type: 'koji_build', arch: 's390x' } }),
    },
    {
      name: 'items that begin with',
      ours: page(`item:like=${prefix}*`),
      theirs: () => layout.page(db, { like: { item: `${prefix}%` } }),
    },
    {
      name: 'items that hold',
      ours: page(`item:like=*${infix}*`),
      theirs: () => layout.page(db, { like: { item: `%${infix}%` } }),
    },
    { name: `page ${deep}`, ours: page(`page=${deep}`), theirs: () => layout.page(db, {}, 20, deep) },
    { name: 'latest of everything', ours: latest(''), theirs: () => layout.latest(db, {}) },
    {
      name: broad,
      ours: latest('since=2025-12-01&_distinct_on=scenario'),
      theirs: () => layout.latestDistinct(db, { since: Date.UTC(2025, 11, 1) * 1000 }, 'scenario'),
    },
    { name: 'posting a result', ours: () => post(db, count), theirs: () => postThere(db, count) },
  ]
}

const read = (text: string) => readResultsQuery(new URLSearchParams(text), ['PASSED', 'INFO', 'FAILED'])

const post = (db: Knex, count: number): Promise<unknown> =>
  db.transaction((trx) => resultsdbResults(trx).add(resultAt(count, count)))

const postThere = (db: Knex, count: number): Promise<unknown> =>
  db.transaction(async (trx) => {
    const [last] = await trx('rdb_result').max<{ id: number }[]>('id as id')
    await layout.insertLayout(trx, [resultAt(count, count)], Number(last?.id) + 1)
  })

/** Medians of both, in turns: whatever else this machine does meanwhile, it does to both. */
async function compare({ name, ours, theirs }: Compared): Promise<Line> {
  const times = { ours: [] as number[], theirs: [] as number[] }
  const deadline = performance.now() + 4000
  for (let round = 0; round < 21 && (round < 4 || performance.now() < deadline); round++) {
    const [mine, other] = [await timed(ours), await timed(theirs)]
    if (round === 0) continue
    times.ours.push(mine)
    times.theirs.push(other)
  }
  const [oursMs, theirsMs] = [median(times.ours), median(times.theirs)]
  return { query: name, oursMs, theirsMs, ratio: theirsMs / oursMs }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function report(found: Record<string, Line[]>, count: number): Measured {
  const lines = Object.entries(found).flatMap(([database, measured]) => [
    `${database}, ${count} results with five data pairs, median in ms: here, on ResultsDB's tables, ratio`,
    ...measured.map(
      ({ query, oursMs, theirsMs, ratio }) =>
        `  ${query.padEnd(40)} ${oursMs.toFixed(2).padStart(9)} ${theirsMs.toFixed(2).padStart(9)} ${ratio.toFixed(1).padStart(7)}x${remark(query, oursMs, ratio)}`,
    ),
  ])
  return { lines, data: { results: count, aims, databases: found } }
}

function remark(query: string, oursMs: number, ratio: number): string {
  if (query === broad && oursMs > aims.broadMs) return `  MORE than the ${aims.broadMs} ms aimed at`
  return ratio >= aims.ratio || query.startsWith('posting') ? '' : `  less than the ${aims.ratio}x aimed at`
}
