/** What strangers' trees are read by: in a thread, unless they are small (services.ts). */
import type { Check, Fault } from '../core/check.ts'
import { readRepository, type Entries } from '../core/formats/repository.ts'
import type { RepositoryContext } from '../core/formats/repository-context.ts'
import type { TmtSource } from '../core/formats/tmt/sources.ts'

export interface TreeReading {
  checks: Check[]
  faults: Fault[]
  /** Other repositories that checks take something from, and whose trees are not there. */
  sources: readonly TmtSource[]
}

export function readTree(entries: Entries, context: RepositoryContext): TreeReading {
  const { checks, faults, sources } = readRepository(asBuffers(entries), context)
  return { checks, faults, sources }
}

/** Characters of a tree that is read at once: that takes milliseconds whatever it holds, and a thread takes as long to start. */
const small = 4 * 1024

export const isSmall = (entries: Entries): boolean =>
  [...entries.values()].reduce((sum, { size }) => sum + size, 0) <= small

/** On the way from thread to thread a Buffer becomes the Uint8Array that it is. */
const asBuffers = (entries: Entries): Entries =>
  new Map(
    [...entries].map(([path, { bytes, ...entry }]) => [
      path,
      { ...entry, bytes: bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) },
    ]),
  )
