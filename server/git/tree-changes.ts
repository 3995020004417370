/** What differs between the trees of two commits, file by file, with the texts of files that are small enough to show. */
import type { ObjectReader } from './object-reader.ts'
import { readBlob } from './objects.ts'
import { walkTree, type WalkedEntry } from './walk-tree.ts'

export interface FileChange {
  path: string
  /** null: it was not there before. */
  before: FileState | null
  /** null: it is gone. */
  after: FileState | null
}

export interface FileState {
  mode: string
  /** null: too large to show, or no text. */
  text: string | null
}

export interface TreeChanges {
  /** By path, at most as many as asked for. */
  files: FileChange[]
  /** How many more there are. */
  more: number
}

/** Bytes of one file, and of all that are read. */
const limits = { file: 128 * 1024, total: 2 * 1024 ** 2 }

/** Changes from `from` to `to`, both ids of commits that exist; at most `most` files. Throws what walkTree throws. */
export async function treeChanges(
  objects: ObjectReader,
  from: string,
  to: string,
  most: number,
): Promise<TreeChanges> {
  const [before, after] = [await entriesOf(objects, from), await entriesOf(objects, to)]
  const changed = [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => !isSame(before.get(path), after.get(path)))
    .sort()
  const read = blobReader(objects)
  const files: FileChange[] = []
  for (const path of changed.slice(0, most))
    files.push({ path, before: await read(before.get(path)), after: await read(after.get(path)) })
  return { files, more: changed.length - files.length }
}

async function entriesOf(objects: ObjectReader, commit: string): Promise<Map<string, WalkedEntry>> {
  const entries = new Map<string, WalkedEntry>()
  for await (const entry of walkTree(objects, commit)) entries.set(entry.path, entry)
  return entries
}

const isSame = (one: WalkedEntry | undefined, other: WalkedEntry | undefined): boolean =>
  one?.oid === other?.oid && one?.mode === other?.mode

/** Reads texts until together they are as much as a page may hold. */
function blobReader(objects: ObjectReader): (entry: WalkedEntry | undefined) => Promise<FileState | null> {
  let room = limits.total
  return async (entry) => {
    if (!entry) return null
    const { mode, oid, type } = entry
    if (type !== 'blob' || room <= 0) return { mode, text: null }
    const { bytes } = await readBlob(objects, oid, Math.min(limits.file, room))
    const text = bytes && toText(bytes)
    room -= text === null ? 0 : (bytes?.length ?? 0)
    return { mode, text }
  }
}

/** null for what is not UTF-8, or holds NUL as no text does. */
function toText(blob: Uint8Array): string | null {
  try {
    return blob.includes(0) ? null : new TextDecoder('utf-8', { fatal: true }).decode(blob)
  } catch {
    return null
  }
}
