/** Keeps the index of a text's lines beside the text, so that what is large is counted once. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  chunkSize,
  completeIndex,
  emptyIndex,
  extendIndex,
  settledChunks,
  type ByteSource,
  type LineIndex,
} from './line-index.ts'

/** Bytes that a text has to grow by before its index is kept anew. */
export const worthKeeping = 16 * chunkSize

/** Where the lines of `text` are, by the index at `path` of what it began with. Run one at a time for each text. */
export const linesOf = async (path: string, text: ByteSource): Promise<LineIndex> =>
  completeIndex(await renewIndex(path, text), text)

/** Brings the index at `path` up to date, as far as what comes later cannot change it. */
export async function renewIndex(path: string, text: ByteSource): Promise<LineIndex> {
  const kept = await keptIndex(path)
  const chunks = settledChunks(text.size)
  if ((chunks - (kept.newlines.length - 1)) * chunkSize < worthKeeping) return kept
  const index = await extendIndex(kept, text, chunks)
  const fresh = `${path}.${randomUUID()}`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(fresh, JSON.stringify(index), { mode: 0o640 })
  await rename(fresh, path)
  return index
}

async function keptIndex(path: string): Promise<LineIndex> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? emptyIndex : (JSON.parse(text) as LineIndex)
}
