/** One index of a suite, stanza by stanza: it is never in memory as a whole. */
import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Listed, Release } from '../../../core/debian-archive/release.ts'
import { AppError } from '../../../core/errors.ts'
import { readDeb822, type Stanza } from '../../../core/formats/deb822.ts'
import { fetchListed } from './http.ts'

export interface Suite {
  /** Address of its folder below dists/. */
  url: string
  release: Release
}

/** Smallest first: what is listed and not there is looked for in the next form. */
const forms = ['.xz', '.gz', ''] as const

/** No index is larger when it is unpacked. Bytes. */
const mostUnpacked = 2 * 1024 ** 3

/** The stanzas of the index at `path`; none where the suite has no such index. Its checksum is known to be right. */
export async function* readIndex(
  suite: Suite,
  path: string,
  where: { folder: string; signal: AbortSignal },
): AsyncGenerator<Stanza> {
  const found = await fetchIndex(suite, path, where)
  if (!found) return
  const limit = suite.release.files.get(path)?.size ?? mostUnpacked
  try {
    yield* stanzas(unpack(found.file, found.form), Math.min(limit, mostUnpacked))
  } finally {
    await rm(found.file, { force: true })
  }
}

async function fetchIndex(
  { url, release }: Suite,
  path: string,
  where: { folder: string; signal: AbortSignal },
): Promise<{ file: string; form: (typeof forms)[number] } | null> {
  const listed = forms.filter((form) => release.files.has(`${path}${form}`))
  for (const form of listed) {
    const entry = release.files.get(`${path}${form}`)
    const file =
      entry && (await fetchListed(`${url}/${release.byHash ? byHash(entry) : entry.path}`, entry, where))
    if (file) return { file, form }
  }
  if (listed.length === 0) return null
  throw new AppError('ARCHIVE_UNAVAILABLE', 502, `${url}/${path} is listed and cannot be had in any form.`)
}

const byHash = ({ path, sha256 }: Listed): string =>
  `${path.slice(0, path.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`

function unpack(file: string, form: (typeof forms)[number]): Readable {
  if (form === '.xz') return unxz(file)
  const packed = createReadStream(file)
  return form === '' ? packed : pipeline(packed, createGunzip(), () => undefined)
}

function unxz(file: string): Readable {
  const child = spawn('xz', ['--decompress', '--stdout', file], { stdio: ['ignore', 'pipe', 'ignore'] })
  child.once('error', (error) => child.stdout.destroy(error))
  child.once('exit', (code) => {
    if (code !== 0) child.stdout.destroy(new Error(`xz ended with ${code ?? 'a signal'}`))
  })
  return child.stdout
}

async function* stanzas(unpacked: Readable, limit: number): AsyncGenerator<Stanza> {
  let size = 0
  let rest = ''
  for await (const chunk of unpacked.setEncoding('utf8') as AsyncIterable<string>) {
    if ((size += chunk.length) > limit)
      throw new AppError('ARCHIVE_UNAVAILABLE', 502, 'An index is larger than the Release file says.')
    const whole = `${rest}${chunk}`
    const end = whole.lastIndexOf('\n\n')
    rest = end < 0 ? whole : whole.slice(end)
    if (end >= 0) yield* readDeb822(whole.slice(0, end)).stanzas
  }
  yield* readDeb822(rest).stanzas
}
