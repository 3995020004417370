/** A machine that is a qemu process: opened on an overlay, spoken to over virtio-serial, thrown away at the end. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { AgentMessage, MachineFacts } from '../../schemas/types.gen.ts'
import type { Image, ImageStore } from '../images.ts'
import { qemuArguments, type Accelerator, type MachineSockets } from './arguments.ts'
import { allocated, machineFiles, makeDisks } from './disks.ts'
import { boundWords, identityWords } from './identity.ts'
import { connectInternet, internetWords, whyNoInternet } from './internet.ts'
import { killed, live, type Life } from './life.ts'
import {
  MachineFailed,
  type CollectLimits,
  type Machine,
  type MachineSpec,
  type OpenMachine,
  type Phase,
  type PhaseEnd,
  type RunOptions,
} from './machine.ts'
import { namespaceWords, relayWords, wantsNetwork } from './network.ts'
import { claimFolder } from './sweep.ts'
import { readOutput } from './tar-reader.ts'

export interface QemuSettings {
  images: ImageStore
  /** Folder of machines; each gets one of its own in it. */
  folder: string
  accelerator: Accelerator
  /** What `qemu-system-x86_64 --version` says. */
  qemu: string
  bootTimeoutMs: number
  internetAllowed: boolean
  /** Unix socket of the proxy that machines with a network are led to. */
  proxy: string
}

/** After a time limit, so long may the agent take to stop the check and to hand over what it left. */
const graceMs = 20_000
const collectMs = 120_000

export function qemuMachines(settings: QemuSettings): OpenMachine {
  return async (spec, signal) => {
    const facts: MachineFacts = { image: spec.image, accelerator: settings.accelerator, qemu: settings.qemu }
    const image = await settings.images.find(spec.image)
    if (!image)
      throw new MachineFailed(
        'image_unavailable',
        `There is no image ${spec.image}: \`assay image build ${spec.image}\`.`,
        facts,
      )
    facts.imageDigest = image.facts.digest
    const folder = join(settings.folder, randomBytes(6).toString('hex'))
    const sockets = await mkdtemp(join(tmpdir(), 'assay-'))
    const clean = async (): Promise<void> => {
      await rm(folder, { recursive: true, force: true })
      await rm(sockets, { recursive: true, force: true })
    }
    try {
      await claimFolder(folder, sockets)
      const life = await start(spec, { image, folder, sockets, signal, settings, facts })
      return machine(life, facts, { spec, folder, clean })
    } catch (error) {
      await clean()
      if (error instanceof MachineFailed) throw error
      const how = signal.aborted ? 'cancelled' : 'machine_error'
      throw new MachineFailed(how, (error as Error).message, facts)
    }
  }
}

interface Starting {
  image: Image
  folder: string
  sockets: string
  signal: AbortSignal
  settings: QemuSettings
  facts: MachineFacts
}

/** Starts qemu and waits for its agent, at most the boot time limit. */
async function start(
  spec: MachineSpec,
  { image, folder, sockets, signal, settings, facts }: Starting,
): Promise<Life> {
  const owned = [folder, sockets, ...(await makeDisks(folder, image, spec.input))]
  const ports = Object.fromEntries(
    (['qmp', 'control', 'log', 'console'] as const).map((name) => [name, join(sockets, name)]),
  ) as unknown as MachineSockets
  const child = await launch(spec, { image, owned, ports, folder, settings })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)))
  child.once('error', (error) => (words = error.message))
  const ended = new AbortController()
  child.once('close', () => ended.abort(new Error(`qemu ended before its machine was up: ${words.trim()}`)))
  const limit = AbortSignal.timeout(settings.bootTimeoutMs)
  let life: Life | null = null
  try {
    life = await live(child, ports, AbortSignal.any([signal, limit, ended.signal]))
    if (!(await life.hear(({ say }) => say === 'ready', AbortSignal.any([signal, limit, ended.signal]))))
      throw new Error(`The machine died while it booted (${life.death()?.how ?? ''}).`)
    return life
  } catch (error) {
    const console = life?.console.text() ?? ''
    if (life) await life.end()
    else await killed(child)
    const how = signal.aborted ? 'cancelled' : limit.aborted ? 'boot_timeout' : 'machine_error'
    const why =
      how === 'boot_timeout'
        ? `No agent answered within ${settings.bootTimeoutMs / 1000} seconds.`
        : (error as Error).message
    throw new MachineFailed(how, why, { ...facts, ...(console && { console }) })
  }
}

interface Launching {
  image: Image
  owned: string[]
  ports: MachineSockets
  folder: string
  settings: QemuSettings
}

/** Namespace, then relay, then rights given up, then bounds, then qemu: one process that becomes one after the other. */
async function launch(
  spec: MachineSpec,
  { image, owned, ports, folder, settings }: Launching,
): Promise<ChildProcessByStdio<null, null, Readable>> {
  const identity = await identityWords(folder, owned)
  const namespace = await namespaceWords()
  if (!namespace && wantsNetwork(spec))
    throw new Error('This host does not let us make network namespaces, so no machine can have a network.')
  const internet = spec.network === 'internet'
  const refusal = internet ? await whyNoInternet(settings.internetAllowed) : null
  if (refusal) throw new Error(refusal)
  const [program = '', ...args] = [
    ...(namespace ?? []),
    ...(internet ? await internetWords(join(folder, 'resolv.conf')) : []),
    ...(wantsNetwork(spec) ? relayWords(settings.proxy, identity) : []),
    ...identity,
    ...boundWords(spec),
    'qemu-system-x86_64',
    ...qemuArguments(spec, image.facts, settings.accelerator, ports),
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  if (internet) await connectInternet(child)
  return child
}

function machine(
  life: Life,
  facts: MachineFacts,
  place: { spec: MachineSpec; folder: string; clean: () => Promise<void> },
): Machine {
  let disposed: Promise<void> | null = null
  const overlay = join(place.folder, machineFiles.overlay)
  const watch = setInterval(() => {
    void allocated(overlay).then(
      (bytes) => {
        if (bytes > place.spec.diskMiB * (1 << 20))
          life.die({
            how: 'disk_limit',
            detail: `More than ${place.spec.diskMiB} MiB were written to the machine’s disk.`,
          })
      },
      () => undefined,
    )
  }, 1000)
  return {
    facts,
    console: () => life.console.text(),
    async run(phase, options) {
      if (phase === 'check' && place.spec.network === 'none' && wantsNetwork(place.spec)) {
        const cut = await life.cutNetwork().catch((error: unknown) => error as Error)
        if (cut && !life.death())
          life.die({ how: 'machine_error', detail: `The network could not be cut: ${cut.message}.` })
      }
      return runPhase(life, phase, options)
    },
    async collect(target, limits) {
      const dropped = await askForOutput(life, limits)
      await life.end()
      const collected = await readOutput(join(place.folder, machineFiles.output), target, limits)
      if (dropped > 0) collected.notes.push(leftOut(dropped))
      return collected
    },
    async [Symbol.asyncDispose]() {
      clearInterval(watch)
      disposed ??= life.end().then(place.clean, place.clean)
      await disposed
    },
  }
}

/** Runs a phase to its end. A check that asked for a reboot is started again in the machine that comes back. */
async function runPhase(life: Life, phase: Phase, options: RunOptions): Promise<PhaseEnd> {
  const deadline = AbortSignal.timeout(options.timeoutMs)
  const stop = AbortSignal.any([deadline, options.signal])
  const before = life.logged()
  let left = options.logLimit
  life.onLog((chunk) => {
    if (left <= 0) return
    options.onOutput(chunk.subarray(0, left))
    left -= chunk.length
    if (left <= 0) life.die({ how: 'log_limit', detail: `More than ${options.logLimit} bytes of output.` })
  })
  try {
    for (let mark = ''; ;) {
      life.tell(mark === '' ? `run ${phase}` : `run ${phase} ${mark}`)
      const message = await life.hear(
        (said) => said.say === 'reboot' || (said.say === 'exited' && said.phase === phase),
        stop,
      )
      if (message?.say === 'exited') {
        await outputComplete(life, before + message.bytes)
        return { how: 'exited', exitCode: message.code }
      }
      if (message?.say !== 'reboot') return dead(life)
      mark = message.mark || 'reboot'
      life.expectReset()
      if (!(await life.hear(({ say }) => say === 'ready', stop))) return dead(life)
    }
  } catch {
    if (options.signal.aborted) return { how: 'cancelled' }
    life.tell('stop')
    await life.hear(({ say }) => say === 'exited', AbortSignal.timeout(graceMs)).catch(() => null)
    return { how: 'timeout', detail: `Stopped after its time limit of ${options.timeoutMs / 1000} seconds.` }
  } finally {
    life.onLog(() => undefined)
  }
}

const dead = (life: Life): PhaseEnd => life.death() ?? { how: 'machine_error' }

/** The exit code and the output travel over two ports: wait until the last byte is here, but not for ever. */
async function outputComplete(life: Life, bytes: number): Promise<void> {
  for (let tries = 0; tries < 100 && life.logged() < bytes && !life.death(); tries++) await delay(20)
}

/** Resolves with how many files the machine says it left out. */
async function askForOutput(life: Life, limits: CollectLimits): Promise<number> {
  if (life.death()) return 0
  life.tell(`collect ${limits.totalBytes} ${limits.files}`)
  const isDone = ({ say }: AgentMessage): boolean => say === 'collected'
  const message = await life.hear(isDone, AbortSignal.timeout(collectMs)).catch(() => null)
  return message?.say === 'collected' ? message.dropped : 0
}

const leftOut = (dropped: number): string =>
  `${dropped} of the files in $ASSAY_ARTIFACTS were left out in the machine: links, devices, names too long, or more than is kept.`
