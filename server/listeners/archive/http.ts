/** Asks an archive for its files: bounded in size and time, conditional where it can be. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Listed } from '../../../core/debian-archive/release.ts'
import { AppError } from '../../../core/errors.ts'
import { receiveFile } from '../../receive-file.ts'

/** Bytes and milliseconds. */
const limits = { release: 8 * 1024 ** 2, index: 512 * 1024 ** 2, patience: 10 * 60_000 }

/** What tells whether a file is still the one that was read. */
export interface Validators {
  etag: string | null
  lastModified: string | null
}

export interface Fetched extends Validators {
  bytes: Buffer
}

/** The file at `url`, unless it is still the one that `known` describes: then null. */
export async function fetchIfChanged(
  url: string,
  known: Validators | null,
  signal: AbortSignal,
): Promise<Fetched | null> {
  const response = await get(url, signal, {
    ...(known?.etag && { 'if-none-match': known.etag }),
    ...(known?.lastModified && { 'if-modified-since': known.lastModified }),
  })
  if (response.status === 304) return null
  if (response.status !== 200) throw unreachable(url, `the answer is ${response.status}`)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of bodyOf(response) as AsyncIterable<Buffer>) {
    if ((size += chunk.length) > limits.release) throw unreachable(url, 'it is larger than any Release file')
    chunks.push(chunk)
  }
  const { headers } = response
  return {
    bytes: Buffer.concat(chunks),
    etag: headers.get('etag'),
    lastModified: headers.get('last-modified'),
  }
}

/** Brings what `listed` describes into `folder`, and only that; null where the archive does not have it. */
export async function fetchListed(
  url: string,
  listed: Listed,
  { folder, signal }: { folder: string; signal: AbortSignal },
): Promise<string | null> {
  if (listed.size > limits.index) throw unreachable(url, 'it is larger than any index')
  const response = await get(url, signal)
  if (response.status === 404) return null
  if (response.status !== 200) throw unreachable(url, `the answer is ${response.status}`)
  const received = await receiveFile(bodyOf(response), folder, listed.size)
  if (received.sha256 !== listed.sha256) {
    await received.drop()
    throw unreachable(url, 'it is not what the Release file says, as while a mirror is being updated')
  }
  const path = join(folder, randomUUID())
  await received.keep(path)
  return path
}

async function get(
  url: string,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(limits.patience)])
  try {
    return await fetch(url, { headers: { 'user-agent': 'assay', ...headers }, signal: patience })
  } catch (error) {
    signal.throwIfAborted()
    const { cause, message } = error as Error
    throw unreachable(url, cause instanceof Error ? cause.message : message)
  }
}

const bodyOf = (response: Response): Readable => Readable.fromWeb(response.body ?? new Blob([]).stream())

const unreachable = (url: string, why: string): AppError =>
  new AppError('ARCHIVE_UNAVAILABLE', 502, `${url} cannot be had: ${why}.`)
