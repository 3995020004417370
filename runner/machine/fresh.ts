/** The quickest fresh machine that this host has to give: one that waits, a clone, or at worst one that boots. */
import type { MachineFacts } from '../../schemas/types.gen.ts'
import type { Image } from '../images.ts'
import { loadClone, wakeClone, warmClone } from './clone.ts'
import { refusalOf, type QemuSettings } from './launch.ts'
import { MachineFailed, type Machine, type MachineSpec } from './machine.ts'
import type { MachineLog } from './machine-log.ts'
import { clonePool } from './pool.ts'
import { bootMachine } from './qemu.ts'
import type { Template } from './template.ts'
import { templateStore } from './templates.ts'

export interface FreshSettings {
  /** Folder of templates; null: every machine boots. */
  templates: string | null
  /** Clones that wait, of each shape in demand. */
  pool: number
  log: MachineLog
}

/** After a template could not be made, so long nobody tries again. */
const pauseMs = 10 * 60_000
const tendMs = 60_000

interface Order {
  image: Image
  settings: QemuSettings
  facts: MachineFacts
  signal: AbortSignal
}

export type Fresh = ReturnType<typeof freshMachines>

export function freshMachines({ templates: folder, pool: size, log }: FreshSettings) {
  const templates = folder === null ? null : templateStore(folder, log)
  const pool = clonePool(size, log)
  /** By template: clones in a row that did not wake. */
  const failures = new Map<string, number>()
  /** By image and shape: when the last template could not be made. */
  const failedAt = new Map<string, number>()
  const tending = setInterval(
    () => void Promise.all([pool.tend(), templates?.tend()]).catch(() => undefined),
    tendMs,
  )
  tending.unref()

  /** Resolves with null where a clone is not to be had. Rejects only when it was cancelled. */
  async function cloned(spec: MachineSpec, order: Order): Promise<Machine | null> {
    if (!templates) return null
    const { image, settings, facts, signal } = order
    const shape = [image.facts.digest, spec.memoryMiB, spec.cpus, spec.network, spec.prepareNetwork].join(' ')
    const instead = (error: unknown, what: string): null => {
      signal.throwIfAborted()
      log.warn({ image: spec.image, err: error }, `${what}; a machine is booted instead`)
      facts.notes = [`${what}, so it was booted: ${(error as Error).message}`.slice(0, 500)]
      return null
    }
    if (Date.now() - (failedAt.get(shape) ?? -Infinity) < pauseMs)
      return instead(new Error('it failed a short while ago'), 'no template could be made')
    let template: Template
    try {
      template = await templates.get(spec, { image, settings }, signal)
    } catch (error) {
      if (!signal.aborted) failedAt.set(shape, Date.now())
      return instead(error, 'no template could be made')
    }
    try {
      const machine = await clone(spec, template, order)
      failures.delete(template.key)
      return machine
    } catch (error) {
      signal.throwIfAborted()
      await suspect(template)
      return instead(error, 'a clone did not wake')
    }
  }

  async function clone(spec: MachineSpec, template: Template, order: Order): Promise<Machine> {
    const { image, settings, facts, signal } = order
    const key = [template.folder, spec.diskMiB, spec.network, spec.prepareNetwork].join(' ')
    const loading = { image, template, settings, signal }
    const waiting = await pool.take(key)
    const loaded = waiting ?? (await loadClone(spec, loading))
    const start = waiting ? 'pool' : 'clone'
    const machine = await wakeClone(loaded, { ...order, spec, facts: { ...facts, start } })
    // A way to the internet is not laid before somebody asks for it.
    if (spec.network !== 'internet')
      pool.want(key, {
        memoryMiB: spec.memoryMiB,
        async load(until) {
          const fresh = await loadClone(spec, { ...loading, signal: until })
          try {
            await warmClone(fresh, { ...loading, signal: until })
            return fresh
          } catch (error) {
            await fresh[Symbol.asyncDispose]()
            throw error
          }
        },
      })
    return machine
  }

  /** Finds or makes the template of that shape. */
  async function prepare(spec: MachineSpec, settings: QemuSettings, signal: AbortSignal): Promise<boolean> {
    if (!templates) return false
    try {
      await templates.get(spec, { image: await settings.images.get(spec.image), settings }, signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      log.warn({ image: spec.image, err: error }, 'no template could be made')
      return false
    }
  }

  /** The host may be to blame, once. */
  async function suspect(template: Template): Promise<void> {
    const failed = (failures.get(template.key) ?? 0) + 1
    failures.set(template.key, failed)
    if (failed < 2) return
    failures.delete(template.key)
    await templates?.discard(template).catch((error: unknown) => log.warn({ err: error }, 'a template stays'))
  }

  return {
    pool,
    prepare,
    /** As openMachine promises. */
    async open(spec: MachineSpec, settings: QemuSettings, signal: AbortSignal): Promise<Machine> {
      const { accelerator, qemu, images } = settings
      const facts: MachineFacts = { image: spec.image, accelerator, qemu }
      const image = await images.find(spec.image)
      if (!image) {
        const why = `There is no image ${spec.image}: \`assay image build ${spec.image}\`.`
        throw new MachineFailed('image_unavailable', why, facts)
      }
      facts.imageDigest = image.facts.digest
      const refusal = await refusalOf(spec, settings)
      if (refusal) throw new MachineFailed('machine_error', refusal, facts)
      const order = { image, settings, facts, signal }
      const machine = await cloned(spec, order).catch((error: unknown) => {
        throw new MachineFailed(
          signal.aborted ? 'cancelled' : 'machine_error',
          (error as Error).message,
          facts,
        )
      })
      return machine ?? bootMachine(spec, order)
    },
    async close(): Promise<void> {
      clearInterval(tending)
      await pool.close()
      await templates?.close()
    },
  }
}
