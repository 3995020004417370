/** The queue towards runners: it carries pointers to executions, never the truth about them. */
import { Job, Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { AppError } from '../core/errors.ts'
import type { Work } from '../schemas/types.gen.ts'

/** How many executions are in the queue, by what the queue makes of them. */
export interface QueueCounts {
  waiting: number
  active: number
  delayed: number
}

/** An execution, and when its turn is: the lowest place first, from 1 on. */
export interface Offered {
  id: string
  place: number
}

export interface WorkQueue {
  /** Puts executions in; those that are in it already stay as they are. Throws QUEUE_UNAVAILABLE within seconds. */
  offer: (offered: readonly Offered[]) => Promise<void>
  /** Moves what is in it to an earlier place; nothing ever moves back. Throws as `offer` does. */
  advance: (offered: readonly Offered[]) => Promise<void>
  counts: () => Promise<QueueCounts>
  close: () => Promise<void>
}

/** Milliseconds that a request may wait for Redis: what could not be offered, the sweep offers again. */
const patience = 2_000

/** The id makes a repeated offer a no-op; removal lets an execution whose work was lost be offered again. */
const jobOptions = {
  removeOnComplete: true,
  removeOnFail: true,
  attempts: 5,
  backoff: { type: 'fixed', delay: 2_000 },
}

/** Opens the queue on `url` (redis://…, rediss://… or unix:/path). Connects, and reconnects, in the background. */
export function openQueue(url: string, log: Logger): WorkQueue {
  const opening = connectQueue(url, log)
  opening.catch((error: unknown) => log.error({ err: error }, 'the queue cannot be opened'))
  const use = <T>(work: (opened: OpenQueue) => Promise<T>): Promise<T> => withinPatience(opening.then(work))
  return {
    async offer(offered) {
      const jobs = offered.map(({ id, place }) => ({
        name: 'execute',
        data: { execution: id },
        opts: { ...jobOptions, jobId: id, priority: place },
      }))
      await use(({ queue }) => queue.addBulk(jobs))
    },
    async advance(offered) {
      await use(async ({ queue, connection }) => {
        const places = await placesIn(queue, connection, offered)
        const late = offered.filter(({ place }, at) => place < (places[at] ?? 0))
        await Promise.all(late.map((one) => move(queue, one)))
      })
    },
    async counts() {
      const counts = await use(({ queue }) =>
        queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed'),
      )
      return {
        waiting: (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0),
        active: counts['active'] ?? 0,
        delayed: counts['delayed'] ?? 0,
      }
    },
    async close() {
      const opened = await opening.catch(() => null)
      await opened?.queue.close().catch(() => undefined)
      opened?.connection.disconnect()
    },
  }
}

interface OpenQueue {
  queue: Queue<Work>
  connection: Redis
}

async function connectQueue(url: string, log: Logger): Promise<OpenQueue> {
  const { Redis } = await import('ioredis')
  const connection = new Redis(url.replace(/^unix:/, ''), {
    enableOfflineQueue: false,
    commandTimeout: patience,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, 2_000),
  })
  const queue = new Queue<Work>('executions', {
    connection,
    skipWaitingForReady: true,
    skipVersionCheck: true,
  })
  reportOutages(queue, connection, log)
  return { queue, connection }
}

/** Where each waits; 0: it does not. BullMQ keeps what waits in a sorted set, by place and then by the order of coming. */
async function placesIn(
  queue: Queue<Work>,
  connection: Redis,
  offered: readonly Offered[],
): Promise<number[]> {
  if (offered.length === 0) return []
  const scores = await connection.zmscore(queue.toKey('prioritized'), ...offered.map(({ id }) => id))
  return scores.map((score) => Math.floor(Number(score ?? 0) / 2 ** 32))
}

/** What has been taken meanwhile stays taken. */
const move = (queue: Queue<Work>, { id, place }: Offered): Promise<void> =>
  new Job<Work>(queue, 'execute', { execution: id }, {}, id)
    .changePriority({ priority: place })
    .catch((error: unknown) => {
      if (!/Missing key for job/.test(String(error))) throw error
    })

/** One line when Redis goes away and one when it is back, however often it is tried in between. */
function reportOutages(queue: Queue<Work>, connection: Redis, log: Logger): void {
  let away = false
  queue.on('error', (error) => {
    if (!away) log.warn({ err: error }, 'Redis cannot be reached: executions wait in the database')
    away = true
  })
  connection.on('ready', () => {
    if (away) log.info('Redis is back')
    away = false
  })
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience)
  })
  try {
    return await Promise.race([work, tooLong])
  } catch (cause) {
    throw unavailable(cause)
  } finally {
    clearTimeout(timer)
  }
}

const unavailable = (cause: unknown): AppError =>
  new AppError(
    'QUEUE_UNAVAILABLE',
    503,
    `Redis cannot be reached (${cause instanceof Error ? cause.message : String(cause)}): executions are kept and offered again by themselves.`,
  )
