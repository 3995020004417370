/** The disks of one machine: an overlay to throw away, the agent, what goes in and what comes out. */
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Image } from '../images.ts'
import { command } from '../command.ts'

const guestFolder = fileURLToPath(new URL('../../../runner/guest/', import.meta.url))

/** How much can come out of a machine in all: artifacts, results and their headers. */
const outputBytes = 1 << 30

export interface Disks {
  overlay: string
  agent: string
  input: string
  output: string
}

export async function makeDisks(folder: string, image: Image, input: string): Promise<Disks> {
  const disks = {
    overlay: join(folder, 'overlay.qcow2'),
    agent: join(folder, 'agent.tar'),
    input: join(folder, 'input.squashfs'),
    output: join(folder, 'output.raw'),
  }
  const { file, format } = image.facts.disk
  await Promise.all([
    command('qemu-img', [
      'create',
      '-q',
      '-f',
      'qcow2',
      '-F',
      format,
      '-b',
      join(image.folder, file),
      disks.overlay,
    ]),
    command('tar', ['-C', guestFolder, '--owner=0', '--group=0', '-cf', disks.agent, 'agent.pl', 'bin']),
    command('mksquashfs', [
      input,
      disks.input,
      '-quiet',
      '-no-progress',
      '-all-root',
      '-noI',
      '-noD',
      '-noF',
      '-noX',
      '-no-xattrs',
    ]),
    sparse(disks.output, outputBytes),
  ])
  return disks
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
