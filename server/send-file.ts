/** Sends files that strangers made: with ranges, compression and conditions, and never as pages of this site. */
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Request, Response } from 'express'
import { AppError } from '../core/errors.ts'
import type { StoredFile } from './stored-file.ts'

export interface Sending {
  /** Media type; text is compressed for whoever takes it so. */
  type: string
  /** Saved under this name; absent: shown. */
  name?: string
  /** It will never be another: may be kept for ever. */
  immutable?: boolean
  /** What the browser lets it do. Default: nothing. */
  policy?: string
}

const strict = "default-src 'none'; sandbox"

/** Below this many bytes compression is not worth it. */
const worthCompressing = 1024

/** Answers with `file`. Resolves when it was sent or the client went away; throws RANGE_NOT_SATISFIABLE. */
export async function sendStored(
  request: Request,
  response: Response,
  file: StoredFile,
  { type, name, immutable = false, policy = strict }: Sending,
): Promise<void> {
  const ranges = rangesOf(request, file)
  const compressed =
    ranges === null && isCompressible(type, file) && request.acceptsEncodings('gzip', 'identity') === 'gzip'
  if (name !== undefined) response.attachment(name)
  response.set({
    'content-type': type,
    'content-security-policy': policy,
    'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    'last-modified': file.modified.toUTCString(),
    etag: etagOf(file, compressed),
    'accept-ranges': 'bytes',
    vary: 'accept-encoding',
  })
  if (request.fresh) {
    response.status(304).end()
    return
  }
  const { start, end } = ranges ?? { start: 0, end: file.size }
  if (ranges) response.status(206).set('content-range', `bytes ${start}-${end - 1}/${file.size}`)
  if (compressed) response.set('content-encoding', 'gzip')
  else response.set('content-length', String(end - start))
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const stages = compressed ? [file.read(start, end), createGzip({ level: 4 })] : [file.read(start, end)]
  await pipeline([...stages, response]).catch((error: unknown) => {
    // A client that went away in the middle is no error of anybody's.
    if (!isGone(error)) throw error
  })
}

const isCompressible = (type: string, { size }: StoredFile): boolean =>
  size >= worthCompressing && /^(?:text\/|image\/svg|application\/(?:json|xml|yaml)\b)/.test(type)

/** Other bytes, another tag. */
const etagOf = ({ tag }: StoredFile, compressed: boolean): string => `"${tag}${compressed ? '-gzip' : ''}"`

/** The one stretch that is asked for; null for all of it, which whoever asks for several gets. */
function rangesOf(request: Request, file: StoredFile): { start: number; end: number } | null {
  const condition = request.get('if-range')
  if (condition !== undefined && condition !== etagOf(file, false)) return null
  const ranges = request.range(file.size)
  if (ranges === -1)
    throw new AppError(
      'RANGE_NOT_SATISFIABLE',
      416,
      `There are ${file.size} bytes: ask for a range of those.`,
    )
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return null
  const [{ start, end } = { start: 0, end: 0 }] = ranges
  return { start, end: end + 1 }
}

/** Whether it says that a client went away. */
export const isGone = (error: unknown): boolean =>
  ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes((error as { code?: string }).code ?? '')
