/**
 * Builds heard on a bus of a site with 25 000 packages: how many a second are stored and scheduled, and how long it takes
 * from a message received to its execution in the queue, through a real RabbitMQ and Redis. Beside it, in the same run, what
 * the same database and queue need for a row and a job apiece, one commit each. BENCH_BUILDS says how many (default 2000).
 */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { connect } from 'amqplib'
import { openDatabase } from '../server/store/database.ts'
import { isPostgres } from '../server/store/dialect.ts'
import { consumeBus } from '../server/listeners/bus/consume.ts'
import type { Services } from '../server/services.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { startCluster } from '../test/support/postgres-cluster.ts'
import { startRabbitmq } from '../test/support/rabbitmq.ts'
import { startTestServer } from '../test/support/server.ts'
import { median, percentile, type Measured } from './measured.ts'
import { nameOf, writePackages } from './pages/history.ts'

const packages = 25_000
/** Builds a second. */
const aims: Record<string, number> = { SQLite: 300, PostgreSQL: 1000 }
/** Messages that come one by one, for the time that each takes. */
const single = 200
const topic = 'org.fedoraproject.prod.buildsys.build.state.change'

interface Found {
  perSecond: number
  /** Over a row and a job, one commit each. */
  ratio: number
  p50: number
  p95: number
}

export async function benchEvents(): Promise<Measured> {
  const count = Number(process.env['BENCH_BUILDS'] ?? 2000)
  const found: Record<string, Found> = {}
  await using folder = await temporaryFolder()
  await using broker = await startRabbitmq()
  found['SQLite'] = await measure(`${folder.path}/assay.sqlite`, broker.url, count)
  if (existsSync('/usr/lib/postgresql')) {
    await using cluster = await startCluster()
    await cluster.createDatabase('bench')
    found['PostgreSQL'] = await measure(cluster.urlOf('bench'), broker.url, count)
  }
  return { lines: linesOf(found, count), data: { count, found } }
}

async function measure(databaseUrl: string, brokerUrl: string, count: number): Promise<Found> {
  await fill(databaseUrl)
  await using server = await startTestServer({ databaseUrl })
  const { services } = server
  await services.stores.listeners.ensure('bench', 'bus')
  const floor = await rowsAndJobs(services, single)
  const model = await connect(brokerUrl)
  const queue = `bench-${randomUUID()}`
  const channel = await model.createConfirmChannel()
  await channel.assertQueue(queue, { durable: true })
  await channel.bindQueue(queue, 'amq.topic', topic)
  const publish = async (numbers: readonly number[]): Promise<void> => {
    for (const number of numbers)
      channel.publish('amq.topic', topic, messageOf(number), { messageId: `m${number}`, persistent: true })
    await channel.waitForConfirms()
  }
  await publish(Array.from({ length: count }, (_, at) => at))
  const queued = watchQueue(services)
  const started = performance.now()
  const bus = { name: 'bench', url: brokerUrl, queue, bindings: ['#'], passive: true }
  const listener = await consumeBus(services, { ...bus, namespaces: { koji: 'deb' } })
  await queued.reached(count)
  const perSecond = count / ((performance.now() - started) / 1000)
  const times: number[] = []
  for (let at = 0; at < single; at++) {
    const begun = performance.now()
    await publish([count + at])
    await queued.reached(count + at + 1)
    times.push(performance.now() - begun)
  }
  await listener.close()
  await channel.close()
  await model.close()
  return { perSecond, ratio: perSecond / floor, p50: median(times), p95: percentile(times, 0.95) }
}

async function fill(url: string): Promise<void> {
  const db = await openDatabase(url)
  try {
    await writePackages(db, packages, Date.now(), ['smoke'])
    await db.raw(isPostgres(db) ? 'vacuum analyze' : 'analyze')
  } finally {
    await db.destroy()
  }
}

/** Builds of packages all over the place. */
function messageOf(number: number): Buffer {
  const name = nameOf(1 + ((number * 7919) % packages))
  return Buffer.from(
    JSON.stringify({
      ...{ build_id: number, name, version: '1', release: `${number}.fc43`, epoch: null, owner: 'ann' },
      ...{ attribute: 'state', old: 0, new: 1, instance: 'primary', request: ['git+https://x#1', 'f43', {}] },
    }),
  )
}

/** Rows and jobs a second. */
async function rowsAndJobs({ stores, queue, now }: Services, count: number): Promise<number> {
  const started = performance.now()
  for (let at = 0; at < count; at++) {
    const event = { source: 'urn:bench:floor', eventId: String(at), type: 't', body: '{}', buildId: null }
    await stores.events.insert({ ...event, receivedAt: now() })
    await queue.offer([{ id: randomUUID(), place: 1 }])
  }
  return count / ((performance.now() - started) / 1000)
}

interface Watched {
  /** Resolves once so many executions have been put into the queue. */
  reached: (count: number) => Promise<void>
}

function watchQueue({ queue }: Services): Watched {
  let offered = 0
  let waiting: { count: number; resolve: () => void } | null = null
  const offer = queue.offer.bind(queue)
  queue.offer = async (all) => {
    await offer(all)
    offered += all.length
    if (waiting && offered >= waiting.count) waiting.resolve()
  }
  return {
    reached: (count) =>
      new Promise((resolve) => {
        waiting = { count, resolve }
        if (offered >= count) resolve()
      }),
  }
}

const linesOf = (found: Readonly<Record<string, Found>>, count: number): string[] => [
  `${count} builds heard at once and ${single} one by one, of ${packages} packages`,
  '                builds/s     aim   over a row and a job   to the queue p50     p95',
  ...Object.entries(found).map(([name, { perSecond, ratio, p50, p95 }]) =>
    [
      name.padEnd(14),
      perSecond.toFixed(0).padStart(10),
      String(aims[name]).padStart(7),
      `${ratio.toFixed(2)}x`.padStart(23),
      `${p50.toFixed(1)} ms`.padStart(19),
      `${p95.toFixed(1)} ms`.padStart(10),
    ].join(''),
  ),
]
