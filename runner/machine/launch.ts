/** Starts one qemu inside its walls: namespace, then relay, then rights given up, then bounds, then qemu itself. */
import { spawn, type ChildProcess } from 'node:child_process'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { BootDisk, ImageStore } from '../images.ts'
import { inherited, qemuArguments, type Accelerator, type Birth } from './arguments.ts'
import { lend, type Lent } from './borrowed.ts'
import { boundWords, identityWords } from './identity.ts'
import { connectInternet, internetWords, whyNoInternet } from './internet.ts'
import { killed, live, type Life } from './life.ts'
import type { MachineSpec } from './machine.ts'
import { namespaceWords, relayWords, wantsNetwork } from './network.ts'
import type { Place } from './place.ts'

export interface QemuSettings {
  images: ImageStore
  /** Folder of machines; each gets one of its own in it. */
  folder: string
  accelerator: Accelerator
  /** What `qemu-system-x86_64 --version` says. */
  qemu: string
  bootTimeoutMs: number
  /** Without a word for so long, a machine hangs. */
  silenceMs: number
  internetAllowed: boolean
  /** Unix socket of the proxy that machines with a network are led to. */
  proxy: string
}

export interface Launching {
  image: BootDisk
  place: Place
  /** Files and folders that are the machine's own. */
  owned: readonly string[]
  birth: Birth
  /** Open files that a clone's qemu inherits. */
  inherits?: Record<keyof typeof inherited, FileHandle>
  settings: QemuSettings
  signal: AbortSignal
}

/** Why this host opens no such machine, however it is started; null when it may. */
export async function refusalOf(
  spec: MachineSpec,
  { internetAllowed }: QemuSettings,
): Promise<string | null> {
  if (wantsNetwork(spec) && !(await namespaceWords()))
    return 'This host does not let us make network namespaces, so no machine can have a network.'
  return spec.network === 'internet' ? whyNoInternet(internetAllowed) : null
}

/** Resolves when qemu can be spoken to. Rejects with its own last words when it ends before, or when `signal` fires. */
export async function launch(spec: MachineSpec, launching: Launching): Promise<Life> {
  await using lent = await lend(launching.place.folder, Math.max(...Object.values(inherited)) + 1)
  const child = await start(spec, launching, lent)
  let words = ''
  child.stderr?.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)))
  child.once('error', (error) => (words = error.message))
  const ended = new AbortController()
  child.once('close', () => ended.abort(new Error(`qemu ended before its machine was up: ${words.trim()}`)))
  try {
    return await live(child, launching.place.ports, {
      silenceMs: launching.settings.silenceMs,
      signal: AbortSignal.any([launching.signal, ended.signal]),
    })
  } catch (error) {
    await killed(child)
    throw error
  }
}

/** In the place of what only clones inherit. */
const none = ['ignore', 'ignore'] as const

/** One process that becomes one after the other. */
async function start(spec: MachineSpec, launching: Launching, lent: Lent): Promise<ChildProcess> {
  const { image, place, owned, birth, inherits, settings } = launching
  const { folder, sockets, ports } = place
  const [identity, namespace] = await Promise.all([
    identityWords([folder, sockets, ...owned]),
    namespaceWords(),
  ])
  const internet = spec.network === 'internet'
  const [program = '', ...args] = [
    ...(namespace ?? []),
    ...(internet ? await internetWords(join(folder, 'resolv.conf')) : []),
    ...(wantsNetwork(spec) ? relayWords(settings.proxy, identity) : []),
    ...identity,
    ...boundWords(spec),
    'qemu-system-x86_64',
    ...qemuArguments(spec, image.facts, { accelerator: settings.accelerator, birth }, ports),
  ]
  // Asked for their numbers at the last moment: the number of a file that was closed meanwhile is another's.
  const files = [
    ...(inherits ? [inherits.memory.fd, inherits.state.fd] : none),
    ...lent.files.map(({ fd }) => fd),
  ]
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', ...files], cwd: folder })
  if (internet) await connectInternet(child)
  return child
}
