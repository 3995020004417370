/** The private Redis of a single-machine site: a child on a unix socket that lives and dies with the server. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AppError } from '../core/errors.ts'
import { findProgram } from './find-program.ts'
import { answersPing } from './redis-ping.ts'
import { shortSocketPath } from './socket-path.ts'
import { stopStale } from './stale-process.ts'

export interface PrivateRedis {
  /** `unix:/path` */
  url: string
  close: () => Promise<void>
}

/** Milliseconds: how long a start may take, how long an end may take, and the pause before a restart. */
const patience = { start: 30_000, stop: 5_000, firstRestart: 200, lastRestart: 5_000 }
/** How much of its output is kept to explain a start that failed. */
const tailLength = 2_000

/**
 * Starts redis-server or valkey-server with its files in `folder` and keeps it running until close().
 * Ends one that a killed predecessor left there. Throws REDIS_MISSING or REDIS_FAILED.
 */
export async function startPrivateRedis(folder: string, log: Logger): Promise<PrivateRedis> {
  const program = (await findProgram('redis-server')) ?? (await findProgram('valkey-server'))
  if (program === null) throw missing()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pidFile = join(folder, 'redis.pid')
  await stopStale(pidFile, folder)
  const socket = await shortSocketPath(folder, 'redis.sock')
  const command = [...(await dyingWithParent()), program, ...redisArguments(folder, socket, pidFile)]

  const closing = new AbortController()
  const isClosing = (): boolean => closing.signal.aborted
  let child = await launch(command, socket)
  const supervise = async (): Promise<void> => {
    let pause = patience.firstRestart
    for (;;) {
      await exited(child)
      if (isClosing()) return
      log.error(
        { code: child.exitCode, signal: child.signalCode },
        'the private Redis ended: starting it again',
      )
      await sleep(pause, undefined, { signal: closing.signal }).catch(() => undefined)
      if (isClosing()) return
      pause = Math.min(pause * 2, patience.lastRestart)
      try {
        child = await launch(command, socket)
        pause = patience.firstRestart
        if (isClosing()) await stop(child)
      } catch (error) {
        log.error({ err: error }, 'the private Redis does not start')
      }
    }
  }
  const supervising = supervise()
  return {
    url: `unix:${socket}`,
    async close() {
      closing.abort()
      await stop(child)
      await supervising
      if (dirname(socket) !== folder) await rm(dirname(socket), { recursive: true, force: true })
    },
  }
}

const redisArguments = (folder: string, socket: string, pidFile: string): string[] => [
  ...['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--protected-mode', 'yes'],
  ...['--dir', folder, '--pidfile', pidFile, '--daemonize', 'no', '--loglevel', 'warning'],
  ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''],
  ...['--maxmemory-policy', 'noeviction'],
]

/** The kernel ends it even when the server is killed without a chance to. */
async function dyingWithParent(): Promise<string[]> {
  const setpriv = await findProgram('setpriv')
  return setpriv === null ? [] : [setpriv, '--pdeathsig', 'TERM']
}

/** Starts it and waits until it answers. */
async function launch([program = '', ...args]: string[], socket: string): Promise<ChildProcess> {
  await rm(socket, { force: true })
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let tail = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString()).slice(-tailLength)))
  child.on('error', (error) => (tail += error.message))
  const deadline = AbortSignal.timeout(patience.start)
  while (!(await answersPing(socket))) {
    if (hasExited(child) || deadline.aborted) {
      await stop(child)
      throw failed(tail)
    }
    await sleep(20)
  }
  return child
}

const hasExited = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null

async function exited(child: ChildProcess): Promise<void> {
  if (!hasExited(child)) await once(child, 'exit')
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return
  child.kill('SIGTERM')
  const killing = setTimeout(() => child.kill('SIGKILL'), patience.stop)
  await exited(child)
  clearTimeout(killing)
}

const missing = (): AppError =>
  new AppError(
    'REDIS_MISSING',
    500,
    'Neither redis-server nor valkey-server is installed: `apt-get install redis-server` (or valkey-server), or set REDIS_URL to a Redis that runs elsewhere.',
  )

const failed = (output: string): AppError =>
  new AppError(
    'REDIS_FAILED',
    500,
    `The private Redis does not start: ${output.trim() || 'it said nothing'}. It holds nothing that cannot be rebuilt: its folder may be removed.`,
  )
