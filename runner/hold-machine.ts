/** Machines that stay up after their attempt, so that people on this host can look into them with `assay enter ID`. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Machine, OpenMachine } from './machine/machine.ts'
import { makeSocketFolder } from './machine/place.ts'

const prefix = 'assay-held-'
const socketIn = (folder: string): string => join(folder, 'enter')

/** Where the machine with this ID lets people in; null where the ID cannot be one. */
export const heldSocket = (id: string): string | null =>
  /^[A-Za-z0-9]{6}$/.test(id) ? socketIn(join(tmpdir(), prefix + id)) : null

export interface Holding {
  /** Folder of the machines of this host. */
  folder: string
  /** Ends it, with whoever is inside. */
  signal: AbortSignal
  /** Called with its ID once it can be entered. */
  ready: (id: string) => void
}

/** Lets people in, one at a time, until the signal fires or the machine dies. To throw it away is left to the caller. */
export async function holdMachine(machine: Machine, { folder, signal, ready }: Holding): Promise<void> {
  const place = await makeSocketFolder(folder, prefix)
  let visit: Promise<unknown> = Promise.resolve()
  let occupied = false
  const server = createServer((wire: Socket) => {
    wire.on('error', () => wire.destroy())
    if (occupied) {
      wire.end('Somebody else is in this machine.\r\n')
      return
    }
    occupied = true
    visit = machine.terminal(wire, signal).finally(() => (occupied = false))
  })
  try {
    await once(server.listen(socketIn(place.path)), 'listening')
    ready(basename(place.path).slice(prefix.length))
    await Promise.race([machine.over, aborted(signal)])
    await visit
  } finally {
    server.close()
    await place.clean()
  }
}

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
}

/** Opens a machine that outlives its attempt: it stays up when what it left is collected, and when it is disposed. */
export function outliving(open: OpenMachine): { open: OpenMachine; machine: () => Machine | null } {
  let machine: Machine | null = null
  return {
    machine: () => machine,
    async open(spec, signal) {
      const opened = await open(spec, signal)
      machine = opened
      return {
        ...opened,
        collect: (target, limits) => opened.collect(target, limits, true),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }
    },
  }
}
