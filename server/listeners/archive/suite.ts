/** A suite as its signed Release file describes it, when it has changed since it was looked at last. */
import { readRelease } from '../../../core/debian-archive/release.ts'
import { AppError } from '../../../core/errors.ts'
import { fetchIfChanged, type Validators } from './http.ts'
import type { Suite } from './index-file.ts'
import { verified } from './signature.ts'

/** What is remembered of the last look. */
export interface Looked extends Validators {
  /** Of its Release file: an older one is never believed again. */
  date: number
  /** Component and architecture of what was seen once: what is new there since then is news. */
  seen: string[]
}

export interface Changed extends Validators {
  suite: Suite
}

export interface Where {
  folder: string
  signal: AbortSignal
  keyring: string
  /** Milliseconds since 1970. */
  now: number
}

/** null: it is as it was. Throws ARCHIVE_UNAVAILABLE, BAD_ARCHIVE_SIGNATURE or STALE_ARCHIVE. */
export async function openSuite(url: string, looked: Looked | null, where: Where): Promise<Changed | null> {
  const fetched = await fetchIfChanged(`${url}/InRelease`, looked, where.signal)
  if (!fetched) return null
  const release = readRelease(await verified(fetched.bytes, where.keyring, where.folder))
  if (!release) throw stale(url, 'its Release file has no date or lists nothing')
  if (looked && release.date < looked.date)
    throw stale(url, `its Release file is older than one of ${iso(looked.date)} that was seen before`)
  if (release.validUntil !== null && release.validUntil < where.now)
    throw stale(url, `its Release file holds only until ${iso(release.validUntil)}`)
  return { suite: { url, release }, etag: fetched.etag, lastModified: fetched.lastModified }
}

const iso = (time: number): string => new Date(time).toISOString()

const stale = (url: string, why: string): AppError =>
  new AppError('STALE_ARCHIVE', 502, `${url} is not believed: ${why}.`)
