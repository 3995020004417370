/** Files that somebody wants of a commit, wherever in its tree they are: one walk for all of them. */
import type { ObjectReader } from './object-reader.ts'
import { readBlob, type ReadEntry } from './objects.ts'
import { walkTree } from './walk-tree.ts'

export interface Wanted {
  isWanted: (path: string) => boolean
  /** Folders that may hold such a file; others are not looked into. */
  isEntered: (folder: string) => boolean
  /** Content is read of files of at most so many bytes, and of no more than that in all. */
  fileBytes: number
  allBytes: number
}

/** Throws what walkTree throws. */
export async function wantedEntries(
  objects: ObjectReader,
  commit: string,
  { isWanted, isEntered, fileBytes, allBytes }: Wanted,
): Promise<Map<string, ReadEntry>> {
  const found = new Map<string, ReadEntry>()
  let left = allBytes
  for await (const { path, mode, oid, type } of walkTree(objects, commit, isEntered)) {
    if (type !== 'blob' || !isWanted(path)) continue
    const { size, bytes } = await readBlob(objects, oid, Math.min(fileBytes, left))
    left -= size
    found.set(path, { mode, size, bytes })
  }
  return found
}
