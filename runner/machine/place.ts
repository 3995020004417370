/** Where one machine lives: a folder that qemu runs in, and another, with a short name, for its sockets. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { machineSockets, type MachineSockets } from './arguments.ts'
import { claimFolder } from './sweep.ts'

export interface Place {
  folder: string
  sockets: string
  ports: MachineSockets
  clean: () => Promise<void>
}

export interface SocketFolder {
  path: string
  clean: () => Promise<void>
}

/** A folder with a short name for sockets alone, which is swept like a machine of `parent` when its maker was killed. */
export async function makeSocketFolder(parent: string, prefix: string): Promise<SocketFolder> {
  const path = await mkdtemp(join(tmpdir(), prefix))
  const claim = join(parent, basename(path))
  const clean = async (): Promise<void> => {
    for (const folder of [path, claim]) await rm(folder, { recursive: true, force: true })
  }
  try {
    await claimFolder(claim, path)
  } catch (error) {
    await clean()
    throw error
  }
  return { path, clean }
}

/** Swept by the next runner where this one dies. */
export async function makePlace(parent: string, prefix = ''): Promise<Place> {
  const folder = join(parent, prefix + randomBytes(6).toString('hex'))
  const sockets = await mkdtemp(join(tmpdir(), 'assay-'))
  const clean = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true })
    await rm(sockets, { recursive: true, force: true })
  }
  try {
    await claimFolder(folder, sockets)
  } catch (error) {
    await clean()
    throw error
  }
  return { folder, sockets, ports: machineSockets(sockets), clean }
}
