/**
 * Fairness: 10 000 executions of one package wait, then one of another: how many of the first are handed out before it,
 * through a real Redis, beside the same queue with one place for all. And what the sweep's choice among all that wait costs
 * where ten times as many do. BENCH_WAITING says how many the first has.
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Knex } from 'knex'
import { v7 as uuid } from 'uuid'
import { offerScheduled } from '../server/flows/offer.ts'
import { receiveEvents } from '../server/flows/receive-events.ts'
import type { Services } from '../server/services.ts'
import { openDatabase } from '../server/store/database.ts'
import { isPostgres } from '../server/store/dialect.ts'
import { stores } from '../server/store/stores.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { startCluster } from '../test/support/postgres-cluster.ts'
import { redisCommand } from '../test/support/redis.ts'
import { startTestServer } from '../test/support/server.ts'
import { addPackage, buildEvent } from '../test/support/site.ts'
import { takeAll } from '../test/support/take-all.ts'
import { until } from '../test/support/until.ts'
import { median, type Measured } from './measured.ts'

/** Builds that are announced at once. */
const together = 500
const rounds = 7

interface Found {
  /** Of the first package, handed out before the other's one. */
  before: number
  /** The same after Redis was lost and the sweep offered what it does at a time. */
  beforeAfterLoss: number
  /** With one place for all. */
  baseline: number
  /** Milliseconds of the sweep's choice among ten times as many of 200 packages. */
  choiceMs: number
}

export async function benchFairness(): Promise<Measured> {
  const count = Number(process.env['BENCH_WAITING'] ?? 10_000)
  const found: Record<string, Found> = {}
  await using folder = await temporaryFolder()
  found['SQLite'] = await measure(`${folder.path}/assay.sqlite`, count)
  if (existsSync('/usr/lib/postgresql')) {
    await using cluster = await startCluster()
    await cluster.createDatabase('bench')
    found['PostgreSQL'] = await measure(cluster.urlOf('bench'), count)
  }
  return { lines: linesOf(found, count), data: { count, found } }
}

async function measure(databaseUrl: string, count: number): Promise<Found> {
  const turns = await measureTurns(databaseUrl, count)
  const db = await openDatabase(databaseUrl)
  try {
    await addWaiting(db, count * 9)
    return { ...turns, choiceMs: await choiceMs(db) }
  } finally {
    await db.destroy()
  }
}

async function measureTurns(databaseUrl: string, count: number): Promise<Omit<Found, 'choiceMs'>> {
  await using server = await startTestServer({ databaseUrl })
  const { services } = server
  services.settings.queue = { waitingPerPackage: 2 * count }
  await until('Redis', () => services.queue.counts().catch(() => null))
  for (const name of ['deb/greedy', 'deb/modest']) await addPackage(services, name)
  for (let at = 0; at < count; at += together)
    await ask(services, 'deb/greedy', Math.min(together, count - at))
  const [modest = ''] = await ask(services, 'deb/modest', 1)
  const before = await handedOutBefore(services, modest)
  await redisCommand(services.redisUrl, 'FLUSHALL')
  await offerScheduled(services)
  const beforeAfterLoss = await handedOutBefore(services, modest)
  await redisCommand(services.redisUrl, 'FLUSHALL')
  const all = (await services.stores.executions.waiting(count + 1)).map(({ id }) => id).sort()
  await services.queue.offer(all.map((id) => ({ id, place: 1 })))
  return { before, beforeAfterLoss, baseline: await handedOutBefore(services, modest) }
}

/** Returns the ids of their executions. */
async function ask(services: Services, name: string, count: number): Promise<string[]> {
  const events = Array.from({ length: count }, () => buildEvent({ package: name, version: randomUUID() }))
  const [last] = (await receiveEvents(services, events)).slice(-1)
  return last ? (await services.stores.executions.ofBuild(last.buildId)).map(({ id }) => id) : []
}

async function handedOutBefore({ redisUrl }: Services, id: string): Promise<number> {
  const { taken, worker } = takeAll(redisUrl)
  await until('its turn', () => taken.includes(id), 300_000)
  await worker.close()
  return taken.indexOf(id)
}

/** As many more, of 200 packages, the first of which has half of them. */
async function addWaiting(db: Knex, count: number): Promise<void> {
  const [one] = await db<Record<string, unknown> & { id: string }>('executions').limit(1)
  const all = stores(db)
  const packages: number[] = []
  for (let at = 0; at < 200; at++)
    packages.push((await all.packages.ensure({ namespace: 'deb', name: `other${at}` }, now)).id)
  const rows = Array.from({ length: count }, (_, at) => {
    const package_id = packages[at % 2 === 0 ? 0 : at % packages.length] ?? 0
    return { ...one, id: uuid(), key: randomUUID(), package_id }
  })
  await db.batchInsert('executions', rows, 100)
  await db.raw(isPostgres(db) ? 'vacuum analyze' : 'analyze')
}

const now = '2026-01-01T00:00:00.000Z'

async function choiceMs(db: Knex): Promise<number> {
  const { executions } = stores(db)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const started = performance.now()
    await executions.waiting(1000)
    times.push(performance.now() - started)
  }
  return median(times)
}

const linesOf = (found: Readonly<Record<string, Found>>, count: number): string[] => [
  `${count} executions of one package wait, then one of another: handed out before it`,
  '                in turns   after Redis was lost   one place for all    aim   the choice among ten times as many',
  ...Object.entries(found).map(([name, { before, beforeAfterLoss, baseline, choiceMs }]) =>
    [
      name.padEnd(14),
      String(before).padStart(10),
      String(beforeAfterLoss).padStart(23),
      String(baseline).padStart(20),
      '1'.padStart(7),
      `${choiceMs.toFixed(0)} ms`.padStart(35),
    ].join(''),
  ),
]
