/** Artifacts of a build as the command line takes them: files of this host are uploaded, addresses are looked at. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { BuildArtifact } from '../schemas/types.gen.ts'
import type { Api } from './api.ts'

/** `given`: a path, or an http(s) address, with `#sha256=HEX` where the checksum is known. Throws ARTIFACT_UNREADABLE. */
export async function describeArtifact(api: Api, given: string): Promise<BuildArtifact> {
  return /^https?:\/\//i.test(given) ? atAddress(given) : uploaded(api, given)
}

async function uploaded(api: Api, path: string): Promise<BuildArtifact> {
  const facts = await stat(path).catch(() => null)
  if (!facts?.isFile()) throw unreadable(path, 'there is no such file')
  const name = encodeURIComponent(basename(path))
  return api.upload<BuildArtifact>(`/api/v1/uploads?name=${name}`, createReadStream(path))
}

/** Without a checksum the address is fetched once: what runs later is what was there now. */
async function atAddress(given: string): Promise<BuildArtifact> {
  const [url = '', sha256] = given.split('#sha256=')
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
  if (sha256 !== undefined) return { name, url, sha256 }
  const response = await fetch(url).catch((error: unknown) => {
    throw unreadable(url, error instanceof Error ? error.message : String(error))
  })
  if (!response.ok || !response.body) throw unreadable(url, `it answers ${response.status}`)
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    size += chunk.length
  }
  return { name, url, sha256: hash.digest('hex'), size }
}

const unreadable = (what: string, why: string): AppError =>
  new AppError('ARTIFACT_UNREADABLE', 400, `The artifact ${what} cannot be had: ${why}.`)
