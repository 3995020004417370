/** Streams a body into a file that appears whole or not at all. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../core/errors.ts'

export interface Received {
  size: number
  sha256: string
  /** Moves the file to where it shall stay, in the same file system; what is there is replaced. */
  keep: (target: string) => Promise<void>
  /** Removes the file. */
  drop: () => Promise<void>
}

/**
 * Writes `source` to a new file in `folder`, counting and hashing. Throws TOO_LARGE beyond `limit` bytes; whatever goes
 * wrong leaves no file behind.
 */
export async function receiveFile(source: Readable, folder: string, limit: number): Promise<Received> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, randomUUID())
  const hash = createHash('sha256')
  let size = 0
  async function* counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > limit) throw tooLarge(limit)
      hash.update(chunk)
      yield chunk
    }
  }
  const drop = (): Promise<void> => rm(path, { force: true })
  try {
    await pipeline(source, counted, createWriteStream(path, { flags: 'wx', mode: 0o640 }))
  } catch (error) {
    await drop()
    throw error
  }
  return {
    size,
    sha256: hash.digest('hex'),
    drop,
    async keep(target) {
      await mkdir(dirname(target), { recursive: true })
      await rename(path, target)
    },
  }
}

export const tooLarge = (limit: number): AppError =>
  new AppError('TOO_LARGE', 413, `This is larger than the ${limit} bytes that are accepted here.`, { limit })
