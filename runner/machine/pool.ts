/** Clones that were loaded before anybody asked for them: warm, at rest, each handed over once and never taken back. */
import { readFile } from 'node:fs/promises'
import type { Loaded } from './clone.ts'
import type { MachineLog } from './machine-log.ts'

/** How a shape of machines is stocked up. */
export interface Stock {
  memoryMiB: number
  load: (signal: AbortSignal) => Promise<Loaded>
}

/** Shapes that nobody asks for any more give their memory back. */
const wantedMs = 5 * 60_000
/** Left to the host, beside all that a clone could ever take. */
const reserveMiB = 1024

export type Pool = ReturnType<typeof clonePool>

/** Keeps `size` clones of each shape that was asked for of late, as long as the host has memory to spare. */
export function clonePool(size: number, log: MachineLog) {
  const shapes = new Map<string, { stock: Stock; clones: Loaded[]; wantedAt: number }>()
  const closing = new AbortController()
  const closed = (): boolean => closing.signal.aborted
  let filling: Promise<void> = Promise.resolve()

  /** One at a time: those who run have the processors. */
  const fill = async (key: string): Promise<void> => {
    const shape = shapes.get(key)
    while (shape && shape.clones.length < size && !closed()) {
      if ((await availableMiB()) < shape.stock.memoryMiB + reserveMiB) return
      try {
        const clone = await shape.stock.load(closing.signal)
        if (closed() || shapes.get(key) !== shape) await clone[Symbol.asyncDispose]()
        else shape.clones.push(clone)
      } catch (error) {
        if (!closed()) log.warn({ err: error }, 'no clone could be put by')
        return
      }
    }
  }

  const drop = async (key: string): Promise<void> => {
    const clones = shapes.get(key)?.clones ?? []
    shapes.delete(key)
    await Promise.all(clones.map((clone) => clone[Symbol.asyncDispose]()))
  }

  return {
    /** A clone that waits and is alive; it is the caller's own from then on. */
    async take(key: string): Promise<Loaded | null> {
      const clones = shapes.get(key)?.clones ?? []
      for (let clone = clones.shift(); clone; clone = clones.shift()) {
        if (!clone.life.death()) return clone
        await clone[Symbol.asyncDispose]()
      }
      return null
    },
    /** Machines of this shape are in demand. */
    want(key: string, stock: Stock): void {
      if (size === 0 || closed()) return
      const shape = shapes.get(key)
      if (shape) Object.assign(shape, { stock, wantedAt: Date.now() })
      else shapes.set(key, { stock, clones: [], wantedAt: Date.now() })
      filling = filling.then(() => fill(key))
    },
    /** Clones that wait. */
    count: () => [...shapes.values()].reduce((sum, { clones }) => sum + clones.length, 0),
    /** Resolves when nothing is being loaded. */
    settled: () => filling,
    async tend(): Promise<void> {
      for (const [key, { wantedAt }] of shapes) if (Date.now() - wantedAt > wantedMs) await drop(key)
    },
    async close(): Promise<void> {
      closing.abort(new Error('the runner ends'))
      await filling
      await Promise.all([...shapes.keys()].map(drop))
    },
  }
}

async function availableMiB(): Promise<number> {
  const kibi = /^MemAvailable:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1]
  return Number(kibi ?? 0) / 1024
}
