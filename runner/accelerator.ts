/**
 * What emulates the processors of this host's machines. KVM is taken only where it boots a guest within a deadline:
 * on some nested hosts /dev/kvm opens, and no guest ever starts. What was proven once is remembered.
 */
import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { release } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { command, CommandFailed } from './command.ts'
import type { ImageStore } from './images.ts'
import { locked } from './lock.ts'
import type { Accelerator } from './machine/arguments.ts'
import { bootProbe } from './machine/boot-probe.ts'

export interface Found {
  accelerator: Accelerator
  /** One sentence for people. */
  why: string
  /** What qemu calls its version. */
  qemu: string
  /** false: there was no kernel to prove anything with yet, so this is a guess that nobody remembers. */
  proven: boolean
}

export interface Proving {
  /** Where the finding is kept. */
  folder: string
  images: Pick<ImageStore, 'list'>
  device?: string
  signal?: AbortSignal
}

/** A real KVM boots the probe in a second or two, nested ones in ten. */
const deadlineMs: Record<Accelerator, number> = { kvm: 20_000, tcg: 120_000 }

/** Finds the accelerator, or remembers it. Throws NO_QEMU or NO_ACCELERATOR when this host runs no guest at all. */
export async function findAccelerator(proving: Proving): Promise<Found> {
  const qemu = await qemuVersion()
  const key = await hostKey(qemu)
  const file = join(proving.folder, 'accelerator.json')
  const known = await remembered(file, key)
  if (known) return { ...known, qemu, proven: true }
  const kernel = await someKernel(proving.images)
  const device = await usable(proving.device ?? '/dev/kvm')
  if (!kernel)
    return {
      accelerator: 'tcg',
      why: `There is no image yet to prove KVM with; ${device.why}`,
      qemu,
      proven: false,
    }
  await mkdir(proving.folder, { recursive: true })
  return locked(
    `${file}.lock`,
    async () => {
      const found = (await remembered(file, key)) ?? (await prove(kernel, device, proving.signal))
      await writeFile(`${file}.new`, JSON.stringify({ key, ...found }, null, 2) + '\n')
      await rename(`${file}.new`, file)
      return { ...found, qemu, proven: true }
    },
    proving.signal,
  )
}

type Finding = Pick<Found, 'accelerator' | 'why'>

async function prove(
  kernel: string,
  device: { usable: boolean; why: string },
  signal?: AbortSignal,
): Promise<Finding> {
  let without = device.why
  if (device.usable) {
    const { ms, failed } = await bootProbe('kvm', kernel, { deadlineMs: deadlineMs.kvm, signal })
    if (ms !== undefined) return { accelerator: 'kvm', why: `A guest booted with KVM in ${seconds(ms)}.` }
    without = `KVM can be opened, but boots no guest (${failed})`
  }
  const { ms, failed } = await bootProbe('tcg', kernel, { deadlineMs: deadlineMs.tcg, signal })
  if (ms === undefined)
    throw new AppError(
      'NO_ACCELERATOR',
      500,
      `qemu boots no guest on this host, not even emulated (${failed}).`,
      {
        hint: 'apt-get install --reinstall qemu-system-x86, and see that the host has memory and processor time to spare',
      },
    )
  return { accelerator: 'tcg', why: `${without}; emulated, a guest booted in ${seconds(ms)}.` }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

async function usable(device: string): Promise<{ usable: boolean; why: string }> {
  return access(device, constants.R_OK | constants.W_OK).then(
    () => ({ usable: true, why: `${device} is there` }),
    (error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? { usable: false, why: `there is no ${device}` }
        : { usable: false, why: `${device} may not be used by this user` },
  )
}

/** A kernel that was made for guests, or else the host's own. */
async function someKernel(images: Pick<ImageStore, 'list'>): Promise<string | null> {
  for (const { facts, folder } of await images.list())
    if (facts.kernel) return join(folder, facts.kernel.file)
  const own = `/boot/vmlinuz-${release()}`
  return access(own, constants.R_OK).then(
    () => own,
    () => null,
  )
}

export async function qemuVersion(): Promise<string> {
  try {
    return (await command('qemu-system-x86_64', ['--version'])).split('\n')[0] ?? ''
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    throw new AppError('NO_QEMU', 500, `${error.message}.`, {
      hint: 'apt-get install qemu-system-x86 qemu-utils',
    })
  }
}

/** What the finding depends on: another boot of the host, kernel, processor or qemu, and it is proven anew. */
async function hostKey(qemu: string): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
  const processor = /^model name\s*: (.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown'
  return [boot.trim(), release(), processor, qemu].join(' | ')
}

async function remembered(file: string, key: string): Promise<Finding | null> {
  try {
    const finding = JSON.parse(await readFile(file, 'utf8')) as Finding & { key: string }
    return finding.key === key ? { accelerator: finding.accelerator, why: finding.why } : null
  } catch {
    return null
  }
}
