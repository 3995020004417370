/** Where one machine lives: a folder that qemu runs in, and another, with a short name, for its sockets. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineSockets } from './arguments.ts'
import { claimFolder } from './sweep.ts'

export interface Place {
  folder: string
  sockets: string
  ports: MachineSockets
  clean: () => Promise<void>
}

/** Swept by the next runner where this one dies. */
export async function makePlace(parent: string, prefix = ''): Promise<Place> {
  const folder = join(parent, prefix + randomBytes(6).toString('hex'))
  const sockets = await mkdtemp(join(tmpdir(), 'assay-'))
  const port = (name: string): string => join(sockets, name)
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
  const ports = { qmp: port('qmp'), control: port('control'), log: port('log'), console: port('console') }
  return { folder, sockets, ports, clean }
}
