/** The one composition root of the server: opens what it stands on and hands it to whoever needs it. */
import { join } from 'node:path'
import type { Knex } from 'knex'
import pino, { type Logger } from 'pino'
import type { Config } from '../core/config.ts'
import { fileLimitsOf } from '../core/file-limits.ts'
import { openThreads, type Functions } from '../ground/in-thread.ts'
import type { Settings } from '../schemas/types.gen.ts'
import { executionFiles, type ExecutionFiles } from './execution-files.ts'
import { repositories, type Repositories } from './git/repositories.ts'
import { repositoryRoom, type RepositoryRoom } from './git/repository-room.ts'
import { rerunRate } from './flows/rerun-rate.ts'
import { openMetrics, type Metrics } from './metrics.ts'
import { openQueue, type WorkQueue } from './queue.ts'
import { publishersOf } from './publishers/kinds.ts'
import { startPrivateRedis, type PrivateRedis } from './redis.ts'
import { readSettings } from './settings-file.ts'
import { linkSecret, webhookSecret } from './signature.ts'
import { openDatabase } from './store/database.ts'
import { isSmall, readTree } from './tree-reading.ts'
import type * as TreeReading from './tree-reading.ts'
import { openReading, type ReadingConnections } from './store/reading-database.ts'
import { lookups, stores, type Lookups, type Stores } from './store/stores.ts'
import { uploads, type Uploads } from './uploads.ts'
import type { UserRate } from './user-rate.ts'

/** What flows and routes may use. A function takes a `Pick` of it. */
export interface Services {
  config: Config
  settings: Settings
  log: Logger
  /** Now, as ISO 8601 in UTC. */
  now: () => string
  /** The public base address, without a slash at its end. Known once the server listens. */
  baseUrl: () => string
  stores: Stores
  /** For questions that anybody may ask: they wait for nothing else, nothing else for them, and none takes long. */
  lookups: Lookups
  /** Runs `work` with stores that commit or roll back together. */
  transaction: <T>(work: (inside: Stores) => Promise<T>) => Promise<T>
  queue: WorkQueue
  /** Where the queue is: redis://… or unix:/path. */
  redisUrl: string
  repositories: Repositories
  /** How large check repositories grow. */
  room: RepositoryRoom
  files: ExecutionFiles
  uploads: Uploads
  /** Reads what a commit declares, in a thread unless it is small. Rejects with READ_TOO_SLOW, READ_TOO_LARGE or READERS_BUSY. */
  readTree: Functions<typeof TreeReading>['readTree']
  metrics: Metrics
  /** How often each user asks for reruns. */
  rerunRate: UserRate
  /** Key of signed events. */
  webhookSecret: string
  /** Key of links that act without a sign-in. */
  linkSecret: string
}

export interface OpenServices {
  services: Services
  close: () => Promise<void>
}

/** Of the reading of one commit: twice the time that the hook gives it, so that what was let in is read on a busier host, too. */
const treeBounds = { threads: 2, waiting: 1000, seconds: 120, memoryMiB: 512 }
/** Of one statement, unless the site's settings say otherwise. */
const querySeconds = 5
const readingConnections = { plain: { sqlite: 1, postgres: 4 }, patterns: { sqlite: 1, postgres: 2 } }

/** Opens everything; what fails closes what was opened before it. `baseUrl` is asked for late: port 0 is known late. */
export async function openServices(config: Config, baseUrl: () => string): Promise<OpenServices> {
  const log = pino({ level: config.logLevel, base: null }, pino.destination(2))
  const closing: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const settings = await readSettings(config.settingsFile)
    const redis: PrivateRedis | null =
      config.redisUrl === null ? await startPrivateRedis(join(config.data, 'redis'), log) : null
    if (redis) closing.push(() => redis.close())
    const redisUrl = config.redisUrl ?? redis?.url ?? ''
    const db = await openDatabase(config.databaseUrl)
    closing.push(() => db.destroy())
    const milliseconds = (settings.web?.querySeconds ?? querySeconds) * 1000
    const open = (connections: ReadingConnections): Knex => {
      const opened = openReading(config.databaseUrl, { milliseconds, connections, waitMilliseconds: 10_000 })
      closing.push(() => opened.destroy())
      return opened
    }
    const reading = open(readingConnections.plain)
    const patterns = open(readingConnections.patterns)
    const queue = openQueue(redisUrl, log)
    closing.push(() => queue.close())
    const files = executionFiles(join(config.data, 'executions'), fileLimitsOf(settings))
    await files.tidy()
    const now = (): string => new Date().toISOString()
    const audience = publishersOf(settings, 'executions')
    const allStores = stores(db, audience)
    const trees = openThreads<typeof TreeReading>(new URL('./tree-reading.js', import.meta.url), treeBounds)
    closing.push(() => trees.close())
    const metrics = openMetrics(allStores, queue, now)
    for (const one of [db, reading, patterns]) one.on('query', () => metrics.statements.inc())
    const checkRepositories = repositories(join(config.data, 'repos'))
    const room = repositoryRoom({ settings, repositories: checkRepositories, stores: allStores, log, now })
    closing.push(() => room.close())
    const services: Services = {
      config,
      settings,
      log,
      now,
      baseUrl: () => config.url ?? baseUrl(),
      stores: allStores,
      lookups: lookups(reading, patterns),
      transaction: (work) => db.transaction((trx) => work(stores(trx, audience))),
      queue,
      redisUrl,
      repositories: checkRepositories,
      room,
      files,
      uploads: uploads(join(config.data, 'uploads')),
      readTree: async (...args) => (isSmall(args[0]) ? readTree(...args) : trees.call.readTree(...args)),
      metrics,
      rerunRate: rerunRate(settings, now),
      webhookSecret: await webhookSecret(config.data),
      linkSecret: await linkSecret(config.data),
    }
    return { services, close }
  } catch (error) {
    await close()
    throw error
  }
}
