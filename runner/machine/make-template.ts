/** Makes a template: boots a machine once, lets it settle, warms it, and freezes it. */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { chmod, chown, open, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Image } from '../images.ts'
import {
  allocated,
  fillForRehearsal,
  machineFiles,
  makeDisks,
  makeOverlay,
  sparse,
  templateFiles,
} from './disks.ts'
import { launch, type QemuSettings } from './launch.ts'
import type { Life } from './life.ts'
import type { MachineSpec } from './machine.ts'
import type { Place } from './place.ts'
import { digestOf } from './sealed-memory.ts'

/** Left alone for so long, a machine that has booted has nothing more to do that its clones would have to. */
const idleMs = 2000

/** Files whose content is vouched for by digest. */
export const vouched = [
  machineFiles.memory,
  machineFiles.template,
  templateFiles.state,
  templateFiles.empty,
  machineFiles.agent,
]

export interface TemplateFacts {
  image: string
  imageDigest: string
  memoryMiB: number
  cpus: number
  madeAt: string
  /** Whether its package manager's lists were fetched for it; none: it has no network to fetch any, or no apt. */
  lists: 'fetched' | 'missed' | 'none'
  /** Of each file. */
  sha256: Record<string, string>
  /** What it takes of the host's disk. */
  bytes: number
}

export interface Making {
  image: Image
  settings: QemuSettings
  signal: AbortSignal
}

/** Makes all of it in the place's folder, which afterwards holds nothing but the template. */
export async function makeTemplate(spec: MachineSpec, place: Place, making: Making): Promise<void> {
  const { image, settings } = making
  const { folder } = place
  const signal = AbortSignal.any([making.signal, AbortSignal.timeout(2 * settings.bootTimeoutMs)])
  const owned = await makeDisks(folder, image)
  await fillForRehearsal(folder)
  const memory = join(folder, machineFiles.memory)
  await sparse(memory, spec.memoryMiB * 2 ** 20)
  owned.push(memory)
  const life = await launch(spec, { image, place, owned, birth: 'template', settings, signal })
  let lists: TemplateFacts['lists']
  try {
    lists = await settle(life, signal)
    await saveState(life, place, signal)
    await life.quit(signal)
  } finally {
    await life.end()
  }
  await rename(join(folder, machineFiles.overlay), join(folder, machineFiles.template))
  await makeOverlay(folder, templateFiles.empty, { file: machineFiles.template, format: 'qcow2' })
  for (const name of ['input', 'output', 'base', 'kernel', 'initrd'] as const)
    await rm(join(folder, machineFiles[name]), { force: true })
  await describe(spec, folder, { image: image.facts.name, imageDigest: image.facts.digest, lists })
}

async function settle(life: Life, signal: AbortSignal): Promise<TemplateFacts['lists']> {
  const died = (): Error => new Error(`The template died while it was made (${life.death()?.how ?? ''}).`)
  if (!(await life.hear(({ say }) => say === 'ready', signal))) throw died()
  const warm = life.hear(({ say }) => say === 'warm', signal)
  life.tell('warm all')
  const message = await warm
  if (message?.say !== 'warm') throw died()
  await delay(idleMs, undefined, { signal })
  await life.rest()
  return message.lists ?? 'none'
}

/** Qemu saves its state to sockets only where it may start no programs, and its version is 7. */
async function saveState(life: Life, place: Place, signal: AbortSignal): Promise<void> {
  const path = join(place.sockets, 'state')
  const server = createServer().listen(path)
  try {
    await once(server, 'listening', { signal })
    await chmod(path, 0o666)
    const written = once(server, 'connection', { signal }).then(async ([socket]) => {
      const file = createWriteStream(join(place.folder, templateFiles.state), { flags: 'wx' })
      await pipeline(socket as Socket, file, { signal })
    })
    await Promise.all([written, life.saveState(`unix:${path}`, signal)])
  } finally {
    server.close()
  }
}

/** From here on it is ours again, and read-only for everybody. */
async function describe(
  spec: MachineSpec,
  folder: string,
  about: Pick<TemplateFacts, 'image' | 'imageDigest' | 'lists'>,
): Promise<void> {
  const sha256: Record<string, string> = {}
  let bytes = 0
  for (const name of vouched) {
    const path = join(folder, name)
    if (process.getuid?.() === 0) await chown(path, 0, 0)
    await chmod(path, 0o444)
    await using file = await open(path, 'r')
    sha256[name] = (await digestOf(file)).sha256
    bytes += await allocated(path)
  }
  const { memoryMiB, cpus } = spec
  const madeAt = new Date().toISOString()
  const facts: TemplateFacts = { ...about, memoryMiB, cpus, madeAt, sha256, bytes }
  await writeFile(join(folder, templateFiles.facts), JSON.stringify(facts, null, 2) + '\n')
  // The folder was the machine's user's own.
  if (process.getuid?.() === 0) await chown(folder, 0, 0)
}
