/** The disks of one machine: an overlay to throw away, the agent, what goes in and what comes out. */
import { link, open, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Image } from '../images.ts'
import { command } from '../command.ts'

const guestFolder = fileURLToPath(new URL('../../../runner/guest/', import.meta.url))

const agentFiles = ['agent.pl', 'bin']

/** How much can come out of a machine in all: artifacts, results and their headers. */
const outputBytes = 1 << 30

/**
 * What a machine consists of, by name in its own folder. Qemu is started in that folder and opens nothing by an absolute
 * path, so it needs no way through folders that are closed to others.
 */
export const machineFiles = {
  overlay: 'overlay.qcow2',
  agent: 'agent.tar',
  input: 'input.squashfs',
  output: 'output.raw',
  /** The image's own, read-only. */
  base: 'base.qcow2',
  kernel: 'kernel',
  initrd: 'initrd',
} as const

/** Makes the disks; returns paths of those that are the machine's own. */
export async function makeDisks(folder: string, image: Image, input: string): Promise<string[]> {
  const { disk, kernel } = image.facts
  await borrow(join(image.folder, disk.file), join(folder, machineFiles.base))
  if (kernel) {
    await borrow(join(image.folder, kernel.file), join(folder, machineFiles.kernel))
    await borrow(join(image.folder, kernel.initrd), join(folder, machineFiles.initrd))
  }
  const overlay = [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-F',
    disk.format,
    '-b',
    machineFiles.base,
    machineFiles.overlay,
  ]
  const plain = ['-quiet', '-no-progress', '-all-root', '-noI', '-noD', '-noF', '-noX', '-no-xattrs']
  await Promise.all([
    command('qemu-img', overlay, { cwd: folder }),
    command('tar', [
      '-C',
      guestFolder,
      '--owner=0',
      '--group=0',
      '-cf',
      join(folder, machineFiles.agent),
      ...agentFiles,
    ]),
    command('mksquashfs', [input, join(folder, machineFiles.input), ...plain]),
    sparse(join(folder, machineFiles.output), outputBytes),
  ])
  return (['overlay', 'agent', 'input', 'output'] as const).map((name) => join(folder, machineFiles[name]))
}

/** A link keeps the image's file for the machine's life, even when the image is removed or built anew meanwhile. */
async function borrow(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: unknown) => {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    await symlink(from, to)
  })
}

async function sparse(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'wx')
  await file.truncate(bytes)
  await file.close()
}

/** Bytes that the file really takes on the host's disk. */
export async function allocated(path: string): Promise<number> {
  const { blocks } = await stat(path)
  return blocks * 512
}
