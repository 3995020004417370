/** All that a runner needs to open machines on this host: the one factory behind the port. */
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { findAccelerator, type Found } from '../accelerator.ts'
import type { BootDisk, ImageStore } from '../images.ts'
import { findMirrors } from '../mirror/mirrors.ts'
import { openProxy, type Proxy } from '../mirror/proxy.ts'
import type { Accelerator } from './arguments.ts'
import { adoptDisk } from './first-boot.ts'
import type { QemuSettings } from './launch.ts'
import type { MachineSpec, OpenMachine } from './machine.ts'
import type { MachineLog } from './machine-log.ts'
import { freshMachines } from './fresh.ts'
import { sweepTemplates } from './kept-templates.ts'
import { makeSocketFolder } from './place.ts'
import { sweepMachines } from './sweep.ts'

export interface MachinesOptions {
  /** ASSAY_DATA; machines live in `runner/machines/` of it. */
  data: string
  images: ImageStore
  /** Host names of mirrors that machines may fetch packages from; null: those of the host's own package sources. */
  mirrors: readonly string[] | null
  internetAllowed: boolean
  /** Folder of templates, for example on a tmpfs; null or none: `runner/templates/` of the data. */
  templates?: string | null
  /** false: all machines boot. */
  clones?: boolean
  /** Clones that wait to be asked for, of each shape of machine in demand; by default none. */
  pool?: number
  /** Without a word for so long, a machine hangs; by default 45 seconds: emulated machines under load are slow. */
  silenceMs?: number
  log: MachineLog
}

/** Where the machines of this host are. */
export const machinesFolder = (data: string): string => join(data, 'runner', 'machines')

export interface Machines {
  open: OpenMachine
  /** Proven by a guest that booted, once there is an image to boot; until then `tcg`, and `why` says so. */
  readonly accelerator: Accelerator
  readonly why: string
  readonly qemu: string
  /** Makes a guest of a stock cloud image. */
  adopt: (disk: BootDisk, signal: AbortSignal) => Promise<void>
  /** Makes the template of that shape, so that nobody waits for it; false, having logged why, where there can be none. */
  prepare: (spec: MachineSpec, signal: AbortSignal) => Promise<boolean>
  /** Clones that wait to be asked for. */
  waiting: () => number
  /** Ends what serves the machines. Call it when all of them are disposed. */
  close: () => Promise<void>
}

/** So long may a machine take until its agent answers. */
const bootTimeoutMs: Record<Accelerator, number> = { kvm: 60_000, tcg: 180_000 }

export const templatesFolder = ({ data, templates }: Pick<MachinesOptions, 'data' | 'templates'>): string =>
  templates ?? join(data, 'runner', 'templates')

/** Finds the accelerator, clears what machines of dead runners left, and opens the proxy. Throws NO_QEMU or NO_ACCELERATOR. */
export async function openMachines(options: MachinesOptions): Promise<Machines> {
  const { data, images, internetAllowed, log } = options
  const runner = join(data, 'runner')
  const folder = machinesFolder(data)
  const swept = await sweepMachines(folder)
  if (swept > 0) log.info({ swept }, 'cleared what machines of a runner that died had left')
  let found: Found = await findAccelerator({ folder: runner, images })
  const { clones = true, pool = 0, silenceMs = 45_000 } = options
  const templates = templatesFolder(options)
  const dropped = await sweepTemplates(templates)
  if (dropped > 0) log.info({ dropped }, 'removed templates that nobody used')
  const proxy = await openMachineProxy(folder, options)
  const fresh = freshMachines({ templates: clones ? templates : null, pool, log })
  const settings = async (signal: AbortSignal): Promise<QemuSettings> => {
    if (!found.proven) found = await findAccelerator({ folder: runner, images, signal })
    const { accelerator, qemu } = found
    const bounds = { bootTimeoutMs: bootTimeoutMs[accelerator], silenceMs, proxy: proxy.socket }
    return { images, folder, accelerator, qemu, internetAllowed, ...bounds }
  }
  return {
    open: async (spec, signal) => fresh.open(spec, await settings(signal), signal),
    adopt: async (disk, signal) => adoptDisk(disk, await settings(signal), signal),
    prepare: async (spec, signal) => fresh.prepare(spec, await settings(signal), signal),
    get accelerator() {
      return found.accelerator
    },
    get why() {
      return found.why
    },
    get qemu() {
      return found.qemu
    },
    waiting: () => fresh.pool.count(),
    async close() {
      await fresh.close()
      await proxy.close()
    },
  }
}

/** The proxy in a place of its own, which is swept like a machine when its runner was killed. */
async function openMachineProxy(machines: string, { mirrors, log }: MachinesOptions): Promise<Proxy> {
  const folder = await makeSocketFolder(machines, 'assay-proxy-')
  await chmod(folder.path, 0o711)
  const proxy = await openProxy({
    socket: join(folder.path, 'proxy'),
    mirrors: await findMirrors(mirrors),
    refused: (what, why) => log.info({ what, why }, 'a machine was refused by the proxy'),
  })
  return {
    socket: proxy.socket,
    async close() {
      await proxy.close()
      await folder.clean()
    },
  }
}
