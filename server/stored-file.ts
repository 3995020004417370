/** A file that is kept, as those see it who do not know where. */
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { ByteSource } from './line-index.ts'

export interface StoredFile extends ByteSource {
  /** Another one for other content. */
  tag: string
  modified: Date
}

/** The regular file at `path`; null where there is none. It may grow: `size` is what it has now. */
export async function storedFile(path: string): Promise<StoredFile | null> {
  const found = await lstat(path).catch(() => null)
  if (!found?.isFile()) return null
  return {
    size: found.size,
    tag: [found.ino, found.size, found.mtimeMs].map((number) => Math.trunc(number).toString(36)).join('-'),
    modified: found.mtime,
    read: (start, end) => Readable.from(stretch(path, start, end), { objectMode: false }),
  }
}

async function* stretch(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (end <= start) return
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const chunks: AsyncIterable<Buffer> = file.createReadStream({ start, end: end - 1, autoClose: false })
  yield* chunks
}
