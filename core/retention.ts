/** How long and how much is kept of the files that executions leave, where a site's settings do not say otherwise. */
import type { Settings } from '../schemas/types.gen.ts'

export interface Retention {
  /** After an execution has finished; null: for ever. */
  days: number | null
  /** Of one package; null: as much as there is. */
  packageBytes: number | null
  /** Of one package, to be kept whatever its age and size; null: as much as people like. */
  keptBytes: number | null
}

/** Why files went. */
export type ExpiryReason = 'age' | 'size'

/** In words that go on from "because". */
export const expiryWords: Readonly<Record<ExpiryReason, string>> = {
  age: 'it was as old as this site lets it become',
  size: 'its package had left more than this site keeps',
}

const defaults = { days: 180, packageMiB: 5120, keptMiB: 5120, uploadMiB: 51_200 }
const MiB = 1024 ** 2

export function retentionOf({ retention }: Settings): Retention {
  const { days, packageMiB, keptMiB } = { ...defaults, ...retention }
  return {
    days: days === 0 ? null : days,
    packageBytes: packageMiB === 0 ? null : packageMiB * MiB,
    keptBytes: keptMiB === 0 ? null : keptMiB * MiB,
  }
}

/** Bytes that one user may hand over for events, until they go with their age; null: as much as there is. */
export function uploadBytesOf({ retention }: Settings): number | null {
  const { uploadMiB } = { ...defaults, ...retention }
  return uploadMiB === 0 ? null : uploadMiB * MiB
}

const day = 24 * 60 * 60_000

/** What finished before this time has been kept for long enough at `now`. */
export const keptSince = (days: number, now: string): string =>
  new Date(Date.parse(now) - days * day).toISOString()

/** When what finished at `finishedAt` goes by its age. */
export const goesAt = ({ days }: Retention, finishedAt: string): string | null =>
  days === null ? null : new Date(Date.parse(finishedAt) + days * day).toISOString()
