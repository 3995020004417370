/** The templates of this host: frozen machines that others are cloned from, one per image and shape of machine. */
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { locked } from '../lock.ts'
import { loadClone, wakeClone } from './clone.ts'
import { agentDigest, templateFiles } from './disks.ts'
import type { MachineSpec } from './machine.ts'
import type { MachineLog } from './machine-log.ts'
import { makeTemplate, type TemplateFacts } from './make-template.ts'
import { makePlace } from './place.ts'
import { sweepMachines } from './sweep.ts'
import { hold, shapeOf, templateKey, type Template, type Wanted } from './template.ts'

/** What is kept on disk: not what nobody used for two weeks, and not more than so much in all. */
const keep = { ms: 14 * 86_400_000, bytes: 16 * 2 ** 30 }
/** A template that nobody asks for any more gives its memory back. */
const heldMs = 15 * 60_000

export type Templates = ReturnType<typeof templateStore>

/** `folder` may lie on another file system than the images: a tmpfs, say. */
export function templateStore(folder: string, log: MachineLog) {
  const held = new Map<string, Promise<Template>>()
  const closing = new AbortController()
  const agent = agentDigest()
  agent.catch(() => undefined)

  const release = async (key: string): Promise<void> => {
    const template = held.get(key)
    held.delete(key)
    await template?.then(({ memory }) => memory.close()).catch(() => undefined)
  }

  async function find(key: string, spec: MachineSpec, wanted: Wanted): Promise<Template> {
    const place = join(folder, key)
    await mkdir(folder, { recursive: true, mode: 0o711 })
    return locked(
      join(folder, `.${key}.lock`),
      async () => {
        const present = await hold(key, place).catch(async (error: unknown) => {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT' && !(await exists(place))) return null
          log.warn({ template: key, err: error }, 'a template is broken and is made anew')
          await rm(place, { recursive: true, force: true })
          return null
        })
        if (present) return present
        const begun = performance.now()
        await make(key, place, spec, wanted)
        const made = await hold(key, place)
        const ms = Math.round(performance.now() - begun)
        const { image, memoryMiB, cpus } = spec
        const held = Math.round(made.bytes / 2 ** 20)
        log.info({ template: key, image, memoryMiB, cpus, heldMiB: held, ms }, 'a template was made')
        return made
      },
      closing.signal,
    )
  }

  /** Made beside its place, tried once, and then renamed there: nobody sees half a template. */
  async function make(
    key: string,
    target: string,
    spec: MachineSpec,
    { image, settings }: Wanted,
  ): Promise<void> {
    const left = (await readdir(folder)).filter((name) => name.startsWith(`.making-${key}-`))
    for (const name of left) await rm(join(folder, name), { recursive: true, force: true })
    const making = await makePlace(folder, `.making-${key}-`)
    const { signal } = closing
    try {
      await makeTemplate(spec, making, { image, settings, signal })
      await tryOut(spec, making.folder, { key, image, settings, signal })
      await rm(making.sockets, { recursive: true })
      await rm(join(making.folder, 'owner'))
      await rename(making.folder, target)
    } finally {
      await making.clean()
    }
  }

  return {
    /** Finds or makes it. Rejects when it cannot be made; `signal` gives up the waiting, not the making. */
    async get(spec: MachineSpec, wanted: Wanted, signal: AbortSignal): Promise<Template> {
      const shape = shapeOf(spec)
      const key = templateKey(shape, wanted, await agent)
      const finding = held.get(key) ?? find(key, shape, wanted)
      held.set(key, finding)
      finding.catch(() => held.get(key) === finding && held.delete(key))
      const template = await unless(signal, finding)
      template.usedAt = Date.now()
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
    },
    async close(): Promise<void> {
      closing.abort(new Error('the runner ends'))
      await Promise.all([...held.keys()].map(release))
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

/** Removes what nobody uses any more, and what dead runners left half made. Returns how many went. */
export async function sweepTemplates(folder: string): Promise<number> {
  let swept = await sweepMachines(folder, (name) => name.startsWith('.making-') || name.startsWith('.new-'))
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'))
  const found = await Promise.all(names.map((name) => used(join(folder, name))))
  let total = 0
  for (const { path, at, bytes } of found.sort((a, b) => b.at - a.at)) {
    total += bytes
    if (Date.now() - at <= keep.ms && total <= keep.bytes) continue
    await rm(path, { recursive: true, force: true })
    swept++
  }
  return swept
}

async function used(path: string): Promise<{ path: string; at: number; bytes: number }> {
  const file = join(path, templateFiles.facts)
  try {
    const { bytes } = JSON.parse(await readFile(file, 'utf8')) as TemplateFacts
    return { path, at: (await stat(file)).mtimeMs, bytes }
  } catch {
    return { path, at: 0, bytes: 0 }
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

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
