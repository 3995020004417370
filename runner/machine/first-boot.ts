/** The first boot of a stock cloud image: its own cloud-init finds a seed of ours (NoCloud), which makes it a guest. */
import { copyFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../core/errors.ts'
import { command } from '../command.ts'
import { diskSize } from '../image-recipe.ts'
import type { BootDisk } from '../images.ts'
import { machineFiles, makeDisks } from './disks.ts'
import { launch, type QemuSettings } from './launch.ts'
import type { Life } from './life.ts'
import { defaultShape, type MachineSpec } from './machine.ts'
import { makePlace } from './place.ts'

const guestFiles = fileURLToPath(new URL('../../../images/', import.meta.url))
const seedFiles = [
  'user-data',
  'seed-image',
  'become-guest',
  'find-agent',
  'set-up-network',
  'assay-agent.service',
]

/** Generous: an image that was never booted has much to do, and does it slowly where it is emulated. */
const limitMs = 10 * 60_000
/** What the seed says on the console when its work is done. */
const done = 'assay: this is a guest now'

const spec: MachineSpec = { ...defaultShape(''), prepareNetwork: false }

/**
 * Boots the disk once, with the seed where machines have their input, and keeps what became of it. A disk whose agent
 * answers is a guest already and stays as it is. Throws NO_GUEST with the console's last lines.
 */
export async function adoptDisk(disk: BootDisk, settings: QemuSettings, ending: AbortSignal): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  const signal = AbortSignal.any([ending, limit])
  const file = join(disk.folder, disk.facts.disk.file)
  const place = await makePlace(settings.folder)
  let life: Life | null = null
  try {
    await grow(file)
    const owned = await makeDisks(place.folder, disk)
    await makeSeed(place.folder)
    life = await launch(spec, { image: disk, place, owned, birth: 'boot', settings, signal })
    const end = await Promise.race([life.left(signal), life.hear(({ say }) => say === 'ready', signal)])
    if (end) return
    if (!life.console.text().includes(done)) throw noGuest('It ended without a word.', life)
    // Its word may come before its end, and the disk is free only after that.
    await life.end()
    const kept = join(disk.folder, 'seeded.qcow2')
    await command('qemu-img', ['convert', '-O', 'qcow2', machineFiles.overlay, kept], {
      cwd: place.folder,
      signal,
    })
    await rename(kept, file)
  } catch (error) {
    throw limit.aborted && life ? noGuest(`It took longer than ${limitMs / 60_000} minutes.`, life) : error
  } finally {
    await life?.end()
    await place.clean()
  }
}

/** Stock images are hardly larger than what is in them; their own first boot makes use of the room. */
async function grow(file: string): Promise<void> {
  const info = JSON.parse(await command('qemu-img', ['info', '--output=json', file])) as Record<
    string,
    unknown
  >
  if (Number(info['virtual-size']) < 16 * 2 ** 30) await command('qemu-img', ['resize', '-q', file, diskSize])
}

async function makeSeed(folder: string): Promise<void> {
  const metaData = join(folder, 'meta-data')
  await writeFile(metaData, 'instance-id: assay\nlocal-hostname: assay-guest\n')
  const seed = join(folder, 'seed')
  await command('mkfs.vfat', ['-C', '-n', 'CIDATA', seed, '1440'])
  const files = [metaData, ...seedFiles.map((name) => join(guestFiles, name))]
  await command('mcopy', ['-i', seed, ...files, '::'])
  const slot = join(folder, machineFiles.input)
  const { size } = await stat(slot)
  await copyFile(seed, slot)
  await truncate(slot, size)
}

function noGuest(why: string, life: Life): AppError {
  const words = life.console.text().trim().split('\n').slice(-15).join('\n')
  return new AppError(
    'NO_GUEST',
    422,
    `The image did not become a guest at its first boot. ${why} It needs cloud-init with the data source NoCloud, systemd, perl, and a console on ttyS0.\nIts last words:\n${words}`,
  )
}
