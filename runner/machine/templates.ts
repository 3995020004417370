/** The templates of this host: frozen machines that others are cloned from, one per image and shape of machine. */
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { locked } from '../lock.ts'
import { loadClone, wakeClone } from './clone.ts'
import { agentDigest, templateFiles } from './disks.ts'
import { newestPlace, templatePlace } from './kept-templates.ts'
import type { MachineSpec } from './machine.ts'
import type { MachineLog } from './machine-log.ts'
import { makeTemplate } from './make-template.ts'
import { makePlace } from './place.ts'
import { whichGives } from './shapes.ts'
import { hold, shapeOf, templateKey, type Template, type Wanted } from './template.ts'

/** A template that nobody asks for any more gives its memory back. */
const heldMs = 15 * 60_000
/** After its lists could not be renewed, so long nobody tries again. */
const againMs = 3_600_000

export type Templates = ReturnType<typeof templateStore>

/** `folder` may lie on another file system than the images: a tmpfs, say. */
export function templateStore(folder: string, log: MachineLog) {
  const held = new Map<string, Promise<Template>>()
  /** When each that is held was asked for last. */
  const usedAt = new Map<string, number>()
  /** Succeeded by others; who loads a clone of one just now may go on. */
  const retired: Template[] = []
  const renewing = new Set<Promise<void>>()
  const closing = new AbortController()
  const agent = agentDigest()
  agent.catch(() => undefined)

  const release = async (key: string): Promise<void> => {
    const template = held.get(key)
    held.delete(key)
    usedAt.delete(key)
    await template?.then(({ memory }) => memory.close()).catch(() => undefined)
  }

  /** What holds the lock of a key may make its templates. */
  const alone = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    await mkdir(folder, { recursive: true, mode: 0o711 })
    return locked(join(folder, `.${key}.lock`), work, closing.signal)
  }

  const find = (key: string, spec: MachineSpec, wanted: Wanted): Promise<Template> =>
    alone(key, async () => (await present(key)) ?? (await make(key, spec, wanted)))

  const findInRoom = (key: string, spec: MachineSpec, wanted: Wanted): Promise<Template> => {
    const giving = whichGives(usedAt, Date.now())
    if (giving !== null) void release(giving)
    return find(key, spec, wanted)
  }

  /** The newest that is there, and whole. */
  async function present(key: string): Promise<Template | null> {
    const place = await newestPlace(folder, key)
    if (place === null) return null
    return hold(key, place).catch(async (error: unknown) => {
      log.warn({ template: key, err: error }, 'a template is broken and is made anew')
      await rm(place, { recursive: true, force: true })
      return null
    })
  }

  /** Made beside its place, tried once, and then renamed there: nobody sees half a template. */
  async function make(key: string, spec: MachineSpec, { image, settings }: Wanted): Promise<Template> {
    const begun = performance.now()
    const left = (await readdir(folder)).filter((name) => name.startsWith(`.making-${key}-`))
    for (const name of left) await rm(join(folder, name), { recursive: true, force: true })
    const making = await makePlace(folder, `.making-${key}-`)
    const place = templatePlace(folder, key)
    const { signal } = closing
    try {
      await makeTemplate(spec, making, { image, settings, signal })
      await tryOut(spec, making.folder, { key, image, settings, signal })
      await rm(making.sockets, { recursive: true })
      await rm(join(making.folder, 'owner'))
      await rename(making.folder, place)
    } finally {
      await making.clean()
    }
    const made = await hold(key, place)
    const ms = Math.round(performance.now() - begun)
    const heldMiB = Math.round(made.bytes / 2 ** 20)
    const { memoryMiB, cpus } = spec
    log.info({ template: key, image: spec.image, memoryMiB, cpus, heldMiB, ms }, 'a template was made')
    return made
  }

  /** Its lists of packages are old: another is made while it serves on, by the quickest of this host's runners. */
  async function renew(old: Template, spec: MachineSpec, wanted: Wanted): Promise<void> {
    const { key } = old
    old.staleAt = Date.now() + againMs
    try {
      const fresh = await alone(key, async () => {
        const other = await present(key)
        if (other && other.folder !== old.folder) return other
        await other?.memory.close()
        return make(key, spec, wanted)
      })
      held.set(key, Promise.resolve(fresh))
      retired.push(old)
    } catch (error) {
      if (!closing.signal.aborted)
        log.warn({ template: key, err: error }, 'a template keeps its old lists of packages')
    }
  }

  return {
    /** Finds or makes it. Rejects when it cannot be made; `signal` gives up the waiting, not the making. */
    async get(spec: MachineSpec, wanted: Wanted, signal: AbortSignal): Promise<Template> {
      const shape = shapeOf(spec)
      const key = templateKey(shape, wanted, await agent)
      const finding = held.get(key) ?? findInRoom(key, shape, wanted)
      held.set(key, finding)
      usedAt.set(key, Date.now())
      finding.catch(async () => {
        if (held.get(key) === finding) await release(key)
      })
      const template = await unless(signal, finding)
      template.usedAt = Date.now()
      if (template.staleAt < Date.now()) {
        const work = renew(template, shape, wanted).finally(() => renewing.delete(work))
        renewing.add(work)
      }
      const now = new Date()
      await utimes(join(template.folder, templateFiles.facts), now, now).catch(() => undefined)
      return template
    },
    /** Clones of it do not wake: it goes, and the next who asks makes it anew. */
    async discard({ key, folder: place }: Template): Promise<void> {
      await release(key)
      await locked(join(folder, `.${key}.lock`), () => rm(place, { recursive: true, force: true }))
    },
    async tend(): Promise<void> {
      for (const [key, finding] of held) {
        const template = await finding.catch(() => null)
        if (template && Date.now() - template.usedAt > heldMs) await release(key)
      }
      while (retired[0] && Date.now() - retired[0].usedAt > heldMs) await retired.shift()?.memory.close()
    },
    async close(): Promise<void> {
      closing.abort(new Error('the runner ends'))
      await Promise.all(renewing)
      await Promise.all([...held.keys()].map(release))
      await Promise.all(retired.map(({ memory }) => memory.close()))
    },
  }
}

/** A template counts only once a clone of it has woken. */
async function tryOut(
  spec: MachineSpec,
  folder: string,
  { key, image, settings, signal }: Wanted & { key: string; signal: AbortSignal },
): Promise<void> {
  const template = await hold(key, folder)
  const input = join(folder, 'nothing')
  try {
    await mkdir(join(input, 'tree'), { recursive: true })
    const loaded = await loadClone(spec, { image, template, settings, signal })
    const facts = { image: spec.image }
    const machine = await wakeClone(loaded, { spec: { ...spec, input }, facts, settings, signal })
    await machine[Symbol.asyncDispose]()
  } finally {
    await rm(input, { recursive: true, force: true })
    await template.memory.close()
  }
}

async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let stop: () => void = () => undefined
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
