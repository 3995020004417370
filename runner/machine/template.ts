/** One template: a frozen machine that others are cloned from. What it depends on, and its memory, held for clones. */
import { createHash } from 'node:crypto'
import { open, readFile, type FileHandle } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Image } from '../images.ts'
import { machineSockets, qemuArguments } from './arguments.ts'
import { machineFiles, templateFiles } from './disks.ts'
import type { QemuSettings } from './launch.ts'
import type { MachineSpec } from './machine.ts'
import { vouched, type TemplateFacts } from './make-template.ts'
import { wantsNetwork } from './network.ts'
import { digestOf, sealMemory } from './sealed-memory.ts'

export interface Template {
  key: string
  folder: string
  /** Sealed: clones map it privately. */
  memory: FileHandle
  /** What it takes of the host's memory. */
  bytes: number
  usedAt: number
  /** When its lists of packages are too old. */
  staleAt: number
}

/** So long lists of packages do; where the mirror could not be reached, another try is due sooner. */
const listsMs = { fetched: 86_400_000, missed: 3_600_000 }

export interface Wanted {
  image: Image
  settings: QemuSettings
}

/** What a template depends on. How much its clones may write or reach is theirs. */
export const shapeOf = (spec: MachineSpec): MachineSpec => ({
  ...spec,
  diskMiB: 4096,
  network: wantsNetwork(spec) ? 'mirror' : 'none',
  prepareNetwork: false,
  input: '',
})

/** All that must be the same for a state to be loaded, as one short name. */
export function templateKey(shape: MachineSpec, { image, settings }: Wanted, agent: string): string {
  const { accelerator, qemu } = settings
  const words = qemuArguments(shape, image.facts, { accelerator, birth: 'clone' }, machineSockets(''))
  const facts = { format: 2, digest: image.facts.digest, words, qemu, agent, processor: cpus()[0]?.model }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 24)
}

/** Reads it into memory; throws when it is not what was made. */
export async function hold(key: string, folder: string): Promise<Template> {
  const facts = JSON.parse(await readFile(join(folder, templateFiles.facts), 'utf8')) as TemplateFacts
  const { sha256, lists, madeAt } = facts
  for (const name of vouched) {
    if (name === machineFiles.memory) continue
    await using file = await open(join(folder, name), 'r')
    if ((await digestOf(file)).sha256 !== sha256[name]) throw new Error(`${name} is not what it was`)
  }
  const sealed = await sealMemory(join(folder, machineFiles.memory))
  const staleAt = lists === 'none' ? Infinity : Date.parse(madeAt) + listsMs[lists]
  if (sealed.sha256 === sha256[machineFiles.memory])
    return { key, folder, ...sealed, usedAt: Date.now(), staleAt }
  await sealed.memory.close()
  throw new Error(`${machineFiles.memory} is not what it was`)
}
