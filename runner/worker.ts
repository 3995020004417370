/** Takes work from the queue. The queue only points at executions: what it loses or brings twice does no harm. */
import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import { validateWork } from '../schemas/validate.ts'

export interface WorkerSettings {
  /** redis://…, rediss://… or unix:/path */
  redisUrl: string
  concurrency: number
  /** Runs one execution to its end. What it throws brings the execution again, later. */
  run: (execution: string) => Promise<void>
  log: Logger
}

export interface RunningWorker {
  /** Takes nothing more. */
  pause: () => Promise<void>
  /** Lets go of the queue, whatever still runs. */
  close: () => Promise<void>
}

/**
 * Milliseconds. Short, so that what a killed runner held is free soon: a lock that ends too early, because this process
 * was busy, costs nothing but a claim that is refused.
 */
const times = { lock: 10_000, stalled: 5_000, close: 2_000 }

export function startWorker({ redisUrl, concurrency, run, log }: WorkerSettings): RunningWorker {
  const connection = new Redis(redisUrl.replace(/^unix:/, ''), {
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(tries * 100, 2_000),
  })
  const worker = new Worker<unknown>(
    'executions',
    async ({ data }) => {
      const { value } = validateWork(data)
      if (value) await run(value.execution)
      else log.error({ data }, 'the queue holds something that is no work: dropped')
    },
    {
      connection,
      concurrency,
      lockDuration: times.lock,
      stalledInterval: times.stalled,
      maxStalledCount: 100,
      skipVersionCheck: true,
    },
  )
  worker.on('failed', (job, error) =>
    log.warn({ err: error, work: job?.data }, 'could not be taken: it comes again'),
  )
  reportOutages(worker, connection, log)
  return {
    pause: () => within(times.close, worker.pause(true)),
    async close() {
      await within(times.close, worker.close(true))
      connection.disconnect()
    },
  }
}

/** One line when Redis goes away and one when it is back, however often it is tried in between. */
function reportOutages(worker: Worker, connection: Redis, log: Logger): void {
  let away = false
  const gone = (error: Error): void => {
    if (!away) log.warn({ err: error }, 'the queue cannot be reached: what runs goes on')
    away = true
  }
  worker.on('error', (error) => {
    // A lock that ran out while Redis was away, or while its execution was taken over: nothing to do.
    if (/lock/i.test(error.message)) log.debug({ err: error }, 'a lock was lost')
    else gone(error)
  })
  connection.on('error', gone)
  connection.on('ready', () => {
    if (away) log.info('the queue is back')
    away = false
  })
}

/** Without Redis, BullMQ would wait for ever. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => undefined), enough])
  clearTimeout(timer)
}
