/** `assay runner`: takes executions and runs them in machines of this host, until it is told to end. */
import { cpus } from 'node:os'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import pino from 'pino'
import { readConfig, type Config } from '../../core/config.ts'
import { startRunner, type RunningRunner } from '../../runner/main.ts'
import { shortSocketPath } from '../../server/socket-path.ts'
import { examples, UsageError } from '../command.ts'
import { endSignal } from '../end-signal.ts'

/** Seconds that checks which run may go on once the runner is told to end. */
const drainSeconds = 600

export default new Command('runner')
  .summary('take executions from the queue and run them here')
  .description(
    'Takes executions from the queue and runs them in machines of this host. On SIGTERM it finishes what has begun; on a second one it returns all of it to the queue.',
  )
  .addHelpText('after', examples('runner'))
  .action(async () => {
    const config = readConfig(process.env)
    const log = pino({ level: config.logLevel, base: null }, pino.destination(2))
    const starting = new AbortController()
    const ending = endSignal()
    void ending.then(() => starting.abort(new Error('told to end')))
    const runner = await startRunner({
      data: config.data,
      server: config.server ?? `unix:${join(config.data, 'assay.sock')}`,
      token: config.token,
      redisUrl: await queueOf(config),
      concurrency: config.machines ?? cpus().length,
      mirrors: config.mirrors,
      internetAllowed: config.internetAllowed,
      artifactHosts: config.artifactHosts,
      templates: config.templates,
      ...(config.waiting !== null && { pool: config.waiting }),
      holdSeconds: config.holdSeconds,
      drainSeconds,
      log,
      signal: starting.signal,
    }).catch((error: unknown) => {
      if (starting.signal.aborted) return null
      throw error
    })
    await ending
    if (runner) await end(runner)
  })

async function end(runner: RunningRunner): Promise<void> {
  void endSignal().then(() => runner.closeNow())
  await runner.close()
}

/** REDIS_URL, or the private Redis of a server on this host. */
async function queueOf({ redisUrl, data, server }: Config): Promise<string> {
  if (redisUrl !== null) return redisUrl
  const socket = await shortSocketPath(join(data, 'redis'), 'redis.sock')
  const isLocal = server === null || server.startsWith('unix:')
  const isThere = await access(socket).then(
    () => true,
    () => false,
  )
  if (!isLocal && !isThere)
    throw new UsageError('REDIS_URL is needed: where the queue of the server at ASSAY_SERVER is')
  return `unix:${socket}`
}
