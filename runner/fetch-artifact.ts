/** Brings one artifact of a build here: from http and https only, bounded, and only what its checksum says it is. */
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BuildArtifact } from '../schemas/types.gen.ts'
import { anyHost, type ArtifactHosts } from './artifact-hosts.ts'
import { AttemptEnded } from './ending.ts'
import { exchange } from './http.ts'

/** Bytes and milliseconds. */
export const fetchLimits = {
  file: 2 * 1024 ** 3,
  total: 8 * 1024 ** 3,
  redirects: 5,
  silenceMs: 60_000,
  pausesMs: [500, 3_000],
}

/** At home nobody announces a checksum: null takes what comes. */
export type Fetchable = Omit<BuildArtifact, 'sha256'> & { sha256: string | null }

export interface Fetching {
  signal: AbortSignal
  /** Bytes that may come. */
  room?: number
  /** By default any. */
  hosts?: ArtifactHosts
  /** Where the server is reached, from which what was uploaded to it is fetched whatever its own address; null: nowhere. */
  server?: string | null
}

/** Something on the way, which may be gone at the next try. */
class Interrupted extends Error {}

/**
 * Writes the artifact to `target` and returns its size. Tries again what may have been an accident.
 * Throws AttemptEnded: artifact_unavailable, or artifact_mismatch when it is not what was announced.
 */
export async function fetchArtifact(
  artifact: Fetchable,
  target: string,
  { signal, room = fetchLimits.total, hosts = anyHost, server = null }: Fetching,
): Promise<number> {
  for (const pause of [...fetchLimits.pausesMs, null]) {
    try {
      return await tryFetch(artifact, target, { signal, room, hosts, server })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof Interrupted)) throw error
      await rm(target, { force: true })
      if (pause === null) throw unavailable(artifact, error.message)
      await sleep(pause, undefined, { signal })
    }
  }
  throw new TypeError('unreachable')
}

async function tryFetch(
  artifact: Fetchable,
  target: string,
  { signal, room, hosts, server }: Required<Fetching>,
): Promise<number> {
  const response = await follow(artifact, { signal, hosts, server })
  const most = Math.min(artifact.size ?? fetchLimits.file, fetchLimits.file, room)
  const hash = createHash('sha256')
  let size = 0
  await using file = await open(target, 'wx', 0o644)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > most) throw tooLarge(artifact, most)
      hash.update(chunk)
      await file.writeFile(chunk)
    }
  } catch (error) {
    if (error instanceof AttemptEnded || isDiskTrouble(error)) throw error
    throw new Interrupted(wordsOf(error))
  }
  const sha256 = hash.digest('hex')
  if (artifact.sha256 !== null && sha256 !== artifact.sha256)
    throw mismatch(artifact, `its sha256 is ${sha256}, but ${artifact.sha256} was announced`)
  return size
}

/** The answer behind all redirects. */
async function follow(
  artifact: Fetchable,
  { signal, hosts, server }: Required<Omit<Fetching, 'room'>>,
): Promise<IncomingMessage> {
  let url = artifact.url
  const upload = server === null ? null : uploadOf(artifact)
  for (let hops = 0; hops <= fetchLimits.redirects; hops++) {
    if (!isWeb(url)) throw unavailable(artifact, `only http and https are fetched, not ${url.slice(0, 100)}`)
    const isUpload = hops === 0 && server !== null && upload !== null
    const closed = isUpload ? null : hosts.whyNot(new URL(url))
    if (closed !== null) throw unavailable(artifact, closed)
    const response = await exchange(isUpload ? server : url, isUpload ? upload : '', {
      headers: { 'accept-encoding': 'identity', 'user-agent': 'assay-runner' },
      ...{
        signal,
        silenceMs: fetchLimits.silenceMs,
        ...(!isUpload && hosts.lookup && { lookup: hosts.lookup }),
      },
    }).catch((error: unknown) => {
      if ((error as { code?: string }).code === 'ELOCAL') throw unavailable(artifact, wordsOf(error))
      throw new Interrupted(wordsOf(error))
    })
    const status = response.statusCode ?? 0
    if (status === 200) return response
    response.destroy()
    if (status >= 500 || status === 429) throw new Interrupted(`the answer is ${status}`)
    if (status < 300 || status >= 400 || response.headers.location === undefined)
      throw unavailable(artifact, `the answer is ${status}`)
    url = resolve(response.headers.location, url)
  }
  throw unavailable(artifact, `it is behind more than ${fetchLimits.redirects} redirects`)
}

/** The path of an artifact that was uploaded to a server of Assay; null: it is somewhere else. */
function uploadOf({ name, url, sha256 }: Fetchable): string | null {
  if (sha256 === null || !URL.canParse(url)) return null
  const { pathname } = new URL(url)
  return pathname === `/uploads/${sha256}/${encodeURIComponent(name)}` ? pathname : null
}

const isWeb = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)

const resolve = (location: string, base: string): string =>
  URL.canParse(location, base) ? new URL(location, base).href : location

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const isDiskTrouble = (error: unknown): boolean =>
  ['ENOSPC', 'EIO', 'EDQUOT', 'EROFS'].includes((error as { code?: string }).code ?? '')

const unavailable = ({ name, url }: Fetchable, why: string): AttemptEnded =>
  new AttemptEnded('artifact_unavailable', `${name} cannot be fetched from ${url.slice(0, 500)}: ${why}.`)

const mismatch = ({ name, url }: Fetchable, why: string): AttemptEnded =>
  new AttemptEnded(
    'artifact_mismatch',
    `${name} from ${url.slice(0, 500)} is not what the build announced: ${why}.`,
  )

/** What is announced as too large is known only by its bytes; what is larger than announced is something else. */
const tooLarge = (artifact: Fetchable, most: number): AttemptEnded =>
  artifact.size !== undefined && most === artifact.size
    ? mismatch(artifact, `it has more than the ${artifact.size} bytes announced`)
    : unavailable(artifact, `it is larger than the ${most} bytes that a runner takes`)
