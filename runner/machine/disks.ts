/** The disks of one machine: an overlay to throw away, the agent, what goes in and what comes out. */
import { chmod, copyFile, link, mkdir, open, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BootDisk } from '../images.ts'
import { command } from '../command.ts'

const guestFolder = fileURLToPath(new URL('../../../runner/guest/', import.meta.url))

const agentFiles = ['agent.pl', 'bin']

/** How much can come out of a machine in all: artifacts, results and their headers. */
const outputBytes = 2 ** 30

/** How much can go into one. Always the same, whatever it is: a clone's disks have the sizes of its template's. */
const inputBytes = 16 * 2 ** 30

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
  /** The template's own, read-only, between overlay and base. */
  template: 'template.qcow2',
  /** Of a template while it is made. */
  memory: 'memory',
  kernel: 'kernel',
  initrd: 'initrd',
} as const

/** What a template consists of besides. */
export const templateFiles = {
  state: 'state',
  empty: 'empty.qcow2',
  facts: 'template.json',
} as const

/** Makes the disks of a machine that boots. The input is empty as yet. Returns paths of those that are its own. */
export async function makeDisks(folder: string, image: BootDisk): Promise<string[]> {
  await borrowImage(folder, image)
  await Promise.all([
    makeOverlay(folder, machineFiles.overlay, { file: machineFiles.base, format: image.facts.disk.format }),
    command('tar', ['-C', guestFolder, ...plainTar, '-cf', join(folder, machineFiles.agent), ...agentFiles]),
    makeSlots(folder),
  ])
  return ownFiles.map((name) => join(folder, machineFiles[name]))
}

const plainTar = ['--owner=0', '--group=0', '--sort=name', '--mtime=@0']

const ownFiles = ['overlay', 'agent', 'input', 'output'] as const

/** Makes the disks of a machine that wakes from the template in `template`; returns paths of those that are its own. */
export async function cloneDisks(folder: string, image: BootDisk, template: string): Promise<string[]> {
  await Promise.all([
    borrowImage(folder, image),
    borrow(join(template, machineFiles.template), join(folder, machineFiles.template)),
    copyFile(join(template, templateFiles.empty), join(folder, machineFiles.overlay)),
    copyFile(join(template, machineFiles.agent), join(folder, machineFiles.agent)),
    makeSlots(folder),
  ])
  await chmod(join(folder, machineFiles.overlay), 0o600)
  return ownFiles.map((name) => join(folder, machineFiles[name]))
}

/** An overlay that names its backing file without a folder: it may be copied to wherever there is one of that name. */
export async function makeOverlay(
  folder: string,
  name: string,
  backing: { file: string; format: string },
): Promise<void> {
  const words = ['create', '-q', '-f', 'qcow2', '-F', backing.format, '-b', backing.file, name]
  await command('qemu-img', words, { cwd: folder })
}

async function borrowImage(folder: string, image: BootDisk): Promise<void> {
  const { disk, kernel } = image.facts
  await borrow(join(image.folder, disk.file), join(folder, machineFiles.base))
  if (!kernel) return
  await borrow(join(image.folder, kernel.file), join(folder, machineFiles.kernel))
  await borrow(join(image.folder, kernel.initrd), join(folder, machineFiles.initrd))
}

async function makeSlots(folder: string): Promise<void> {
  await sparse(join(folder, machineFiles.input), inputBytes)
  await sparse(join(folder, machineFiles.output), outputBytes)
}

/**
 * Puts the content of `input` into the machine's input disk, which keeps its size: a qemu that has it open sees the new
 * content. Throws when there is more than fits.
 */
export async function fillInput(folder: string, input: string, signal?: AbortSignal): Promise<void> {
  const plain = [
    '-quiet',
    '-no-progress',
    '-all-root',
    '-noI',
    '-noD',
    '-noF',
    '-noX',
    '-no-xattrs',
    '-noappend',
  ]
  const disk = join(folder, machineFiles.input)
  await command('mksquashfs', [input, disk, ...plain], { signal })
  if ((await stat(disk)).size > inputBytes)
    throw new Error(`More than ${inputBytes / 2 ** 30} GiB are to be handed over to the machine.`)
  await truncate(disk, inputBytes)
}

/** What a machine goes through its paces with, before it is anybody's: a check that does nothing. */
export async function fillForRehearsal(folder: string): Promise<void> {
  const input = join(folder, 'rehearsal')
  for (const name of ['tree', 'build', 'job']) await mkdir(join(input, name), { recursive: true })
  await writeFile(join(input, 'job', 'check'), ':\n')
  await fillInput(folder, input)
  await rm(input, { recursive: true })
}

/** What differs between agents: a template holds one that runs. */
export async function agentDigest(): Promise<string> {
  const archive = await command('sh', [
    '-c',
    'tar "$@" | sha256sum',
    'sh',
    '-C',
    guestFolder,
    ...plainTar,
    '-c',
    ...agentFiles,
  ])
  return archive.slice(0, 64)
}

/** A link keeps the image's file for the machine's life, even when the image is removed or built anew meanwhile. */
async function borrow(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: unknown) => {
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    await symlink(from, to)
  })
}

export async function sparse(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'wx')
  await file.truncate(bytes)
  await file.close()
}

/** Bytes that the file really takes on the host's disk. */
export async function allocated(path: string): Promise<number> {
  const { blocks } = await stat(path)
  return blocks * 512
}
