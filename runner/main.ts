/** A runner as a whole: says hello, takes executions, runs machines, and ends without leaving anything behind. */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { AppError } from '../core/errors.ts'
import type { Hello } from '../schemas/types.gen.ts'
import { largestMachineMiB } from './host-memory.ts'
import { artifactHosts } from './artifact-hosts.ts'
import { attempts, type Attempts } from './attempts.ts'
import { imageEnsurer } from './ensure-image.ts'
import { imageStore, type ImageStore } from './images.ts'
import { heldMachines } from './hold-failed.ts'
import { holdLock } from './lock.ts'
import { machinesFolder, openMachines, type Machines } from './machine/machines.ts'
import { sweepMachines } from './machine/sweep.ts'
import { serverClient, type ServerClient } from './server-client.ts'
import { startWorker, type RunningWorker } from './worker.ts'

export interface RunnerSettings {
  /** ASSAY_DATA: the runner keeps its things in runner/ and images/ of it. */
  data: string
  /** http(s)://… or unix:/path */
  server: string
  token: string | null
  redisUrl: string
  /** Machines at a time. */
  concurrency: number
  mirrors: readonly string[] | null
  internetAllowed: boolean
  /** Hosts (globs) that builds' files are fetched from; null or none: whatever is public. */
  artifactHosts?: readonly string[] | null
  /** Folder of templates; null or none: `runner/templates/` of the data. */
  templates?: string | null
  /** Clones that wait to be asked for, of each shape of machine in demand; by default one or two. */
  pool?: number
  /** How long the machine of a check that failed stays up for people to look into; none: not at all. */
  holdSeconds?: number | null
  /** How long checks that run may go on once the runner is told to end. */
  drainSeconds: number
  log: Logger
  /** Gives up the start. */
  signal?: AbortSignal
}

export interface RunningRunner {
  /** Stable id. */
  id: string
  /** Takes nothing more, hands back what has not begun, lets the rest finish within the grace, and ends. */
  close: () => Promise<void>
  /** The same without a grace: what runs is handed back, too. */
  closeNow: () => Promise<void>
}

/** Milliseconds. */
const times = { hello: 60_000, helloPause: 3_000 }

/** A runner that was killed lets go of its folder a moment later: so long its successor waits. */
const folderPatienceSeconds = 5

/** Starts a runner; waits for a server that is not there yet. Throws AppError for what waiting would not mend. */
export async function startRunner(settings: RunnerSettings): Promise<RunningRunner> {
  const folder = join(settings.data, 'runner')
  await mkdir(folder, { recursive: true })
  const lock = await onlyOne(folder, settings)
  try {
    return await startIn(folder, settings, lock)
  } catch (error) {
    await lock[Symbol.asyncDispose]()
    throw error
  }
}

/** Two of one id would each be told that the other's attempts are lost. */
async function onlyOne(folder: string, { data, signal }: RunnerSettings): Promise<AsyncDisposable> {
  const options = { patienceSeconds: folderPatienceSeconds, ...(signal && { signal }) }
  const lock = await holdLock(join(folder, 'lock'), options)
  signal?.throwIfAborted()
  if (lock) return lock
  throw new AppError(
    'DATA_IN_USE',
    409,
    `Another runner is using ${data}: stop it, have it run more machines (ASSAY_RUNNERS), or give this one an ASSAY_DATA of its own.`,
    { folder: data },
  )
}

async function startIn(
  folder: string,
  settings: RunnerSettings,
  lock: AsyncDisposable,
): Promise<RunningRunner> {
  const { data, server, token, log, signal } = settings
  const client = serverClient({ address: server, token })
  const images = imageStore(join(data, 'images'))
  const claimant = { runner: await stableId(folder), instance: randomUUID() }
  const { mirrors, internetAllowed, templates = null, pool = Math.min(settings.concurrency, 2) } = settings
  const machines = await openMachines({ data, images, mirrors, internetAllowed, templates, pool, log })
  try {
    await sweepMachines(join(folder, 'attempts'))
    const hello = async (): Promise<Hello> => ({ ...claimant, ...(await facts(machines, images)) })
    await firstHello(client, hello, log, signal)
    log.info({ runner: claimant.runner, accelerator: machines.accelerator, why: machines.why }, 'ready')
    const ending = new AbortController()
    const held = settings.holdSeconds
      ? heldMachines({ seconds: settings.holdSeconds, folder: machinesFolder(data), log })
      : null
    const running = attempts({
      client,
      claimant,
      open: machines.open,
      held,
      image: imageEnsurer(images, ending.signal),
      hosts: artifactHosts(settings.artifactHosts ?? null),
      server,
      folder: join(folder, 'attempts'),
      log,
    })
    const worker = startWorker({ ...settings, run: running.run })
    const greeting = setInterval(() => {
      hello()
        .then((words) => client.hello(words))
        .catch((error: unknown) => log.warn({ err: error }, 'the server did not hear our hello'))
    }, times.hello)
    return runningRunner(claimant.runner, {
      ...{ running, worker, log, drainSeconds: settings.drainSeconds },
      async end() {
        clearInterval(greeting)
        ending.abort(new Error('the runner ends'))
        await held?.close()
        await machines.close()
        await lock[Symbol.asyncDispose]()
      },
    })
  } catch (error) {
    await machines.close()
    throw error
  }
}

interface Parts {
  running: Attempts
  worker: RunningWorker
  log: Logger
  drainSeconds: number
  end: () => Promise<void>
}

function runningRunner(id: string, { running, worker, log, drainSeconds, end }: Parts): RunningRunner {
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    const grace = setTimeout(() => running.handBack('all'), drainSeconds * 1000)
    running.handBack('unbegun')
    await worker.pause()
    const left = running.count()
    if (left > 0) log.info({ left, drainSeconds }, 'draining: waits for checks that run')
    await running.idle()
    clearTimeout(grace)
    await worker.close()
    await end()
    log.info('drained: nothing is left running')
  }
  return {
    id,
    close: () => (closing ??= close()),
    async closeNow() {
      closing ??= close()
      running.handBack('all')
      await closing
    },
  }
}

/** Architectures are those that qemu was proven for: machines are of the host's own kind. */
async function facts(
  { accelerator, qemu }: Machines,
  images: ImageStore,
): Promise<Omit<Hello, 'runner' | 'instance'>> {
  const names = (await images.list()).map((image) => image.facts.name)
  return {
    accelerator,
    architectures: ['x86_64'],
    images: names.slice(0, 500),
    qemu: qemu.slice(0, 128),
    memoryMiB: largestMachineMiB(),
  }
}

/** Before the first claim: the server then gives up what a former process of this runner had. */
async function firstHello(
  client: ServerClient,
  hello: () => Promise<Hello>,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> {
  for (let told = false; ;) {
    signal?.throwIfAborted()
    try {
      await client.hello(await hello(), signal)
      return
    } catch (error) {
      if (!(error instanceof AppError) || error.status < 500) throw error
      if (!told) log.warn(error.message)
      told = true
      await sleep(times.helloPause, undefined, { ...(signal && { signal }) }).catch(() =>
        signal?.throwIfAborted(),
      )
    }
  }
}

/** Made once and kept: under it the server knows this host's runner again. */
async function stableId(folder: string): Promise<string> {
  const file = join(folder, 'id')
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim()
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(kept)) return kept
  const host =
    hostname()
      .replaceAll(/[^A-Za-z0-9._-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '') || 'runner'
  const id = `${host.slice(0, 60)}-${randomBytes(3).toString('hex')}`
  await writeFile(file, `${id}\n`)
  return id
}
