/**
 * How long the front page and a small query of ResultsDB take while strangers ask for as many patterns as they may over many
 * values, and how long at rest, in the same run. BENCH_VALUES says how many values there are (default 500 000).
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../server/store/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { startCluster } from '../test/support/postgres-cluster.ts'
import { startTestServer } from '../test/support/server.ts'
import { median, percentile, type Measured } from './measured.ts'

/** The front page beside the patterns over the same at rest. */
const aim = 5
const looks = 60
/** Who asks for patterns at a time. */
const strangers = 4
/** Fourteen that share their beginning with every value, and five that begin with a wildcard. */
const dearest = [
  ...Array.from({ length: 14 }, (_, at) => `package-*${at}x*y`),
  ...Array.from({ length: 5 }, (_, at) => `*${at}x*y`),
].join(',')

interface Line {
  database: string
  front: { restMs: number; besideMs: number; worstMs: number }
  query: { restMs: number; besideMs: number }
  /** Of one query of patterns. */
  patternsMs: number
  statuses: number[]
}

export async function benchPatterns(): Promise<Measured> {
  const values = Number(process.env['BENCH_VALUES'] ?? 500_000)
  await using folder = await temporaryFolder()
  const lines = [await measure('SQLite', join(folder.path, 'values.sqlite'), values)]
  if (existsSync('/usr/lib/postgresql')) {
    await using cluster = await startCluster()
    await cluster.createDatabase('patterns')
    lines.push(await measure('PostgreSQL', cluster.urlOf('patterns'), values))
  }
  return report(lines, values)
}

async function measure(database: string, databaseUrl: string, values: number): Promise<Line> {
  await fill(databaseUrl, values)
  await using server = await startTestServer({ databaseUrl })
  const ask = async (path: string): Promise<{ ms: number; status: number }> => {
    const start = performance.now()
    const response = await fetch(server.url + path, { headers: { accept: 'text/html' } })
    await response.text()
    return { ms: performance.now() - start, status: response.status }
  }
  const timesOf = async (path: string, count = looks): Promise<number[]> => {
    const times: number[] = []
    for (let look = 0; look < count; look++) times.push((await ask(path)).ms)
    return times
  }
  const small = '/api/v2.0/results?item=package-7'
  await timesOf('/', 10)
  const rest = { front: await timesOf('/'), query: await timesOf(small) }
  const over = new AbortController()
  const asked: { ms: number; status: number }[] = []
  const asking = Array.from({ length: strangers }, async () => {
    while (!over.signal.aborted)
      asked.push(await ask(`/api/v2.0/results?item:like=${encodeURIComponent(dearest)}`))
  })
  const beside = { front: await timesOf('/'), query: await timesOf(small, 10) }
  over.abort()
  await Promise.all(asking)
  return {
    database,
    front: {
      restMs: median(rest.front),
      besideMs: median(beside.front),
      worstMs: percentile(beside.front, 1),
    },
    query: { restMs: median(rest.query), besideMs: median(beside.query) },
    patternsMs: median(asked.map(({ ms }) => ms)),
    statuses: [...new Set(asked.map(({ status }) => status))],
  }
}

async function fill(url: string, values: number): Promise<void> {
  const db = await openDatabase(url)
  try {
    for (let from = 0; from < values; from += 10_000) {
      const length = Math.min(10_000, values - from)
      const rows = Array.from({ length }, (_, at) => ({ key: 'item', value: `package-${from + at}` }))
      await db.batchInsert('data_values', rows, 400)
    }
    await db.raw('analyze')
  } finally {
    await db.destroy()
  }
}

function report(found: readonly Line[], values: number): Measured {
  const lines = found.flatMap(({ database, front, query, patternsMs, statuses }) => [
    `${database}, ${values} values, ${strangers} strangers who ask for 19 patterns; in ms: at rest, beside them, ratio`,
    `  front page       ${numbers(front)}  worst ${front.worstMs.toFixed(1)}${front.besideMs > aim * front.restMs ? `  MORE than the ${aim}x aimed at` : ''}`,
    `  query of an item ${numbers(query)}`,
    `  19 patterns: ${patternsMs.toFixed(0)}, answered ${statuses.join(', ')}`,
  ])
  return { lines, data: { values, strangers, aim, databases: found } }
}

const numbers = ({ restMs, besideMs }: { restMs: number; besideMs: number }): string =>
  `${restMs.toFixed(1).padStart(8)} ${besideMs.toFixed(1).padStart(8)} ${(besideMs / restMs).toFixed(1).padStart(7)}x`
