/** Files that somebody wants of a commit, wherever in its tree they are: one walk for all of them. */
import fs from 'node:fs'
import git from 'isomorphic-git'
import { sizeOf, type ReadEntry } from './objects.ts'
import { walkTree } from './walk-tree.ts'

export interface Wanted {
  isWanted: (path: string) => boolean
  /** Folders that may hold such a file; others are not looked into. */
  isEntered: (folder: string) => boolean
  /** Content is read of files of at most so many bytes, and of no more than that in all. */
  fileBytes: number
  allBytes: number
}

/** Throws BAD_TREE, and isomorphic-git's errors for what is missing. */
export async function wantedEntries(
  gitdir: string,
  commit: string,
  { isWanted, isEntered, fileBytes, allBytes }: Wanted,
): Promise<Map<string, ReadEntry>> {
  const found = new Map<string, ReadEntry>()
  let left = allBytes
  for await (const { path, mode, oid, type } of walkTree(gitdir, commit, isEntered)) {
    if (type !== 'blob' || !isWanted(path)) continue
    const size = await sizeOf(gitdir, oid)
    left -= size
    const isReadable = size <= fileBytes && left >= 0
    const bytes = isReadable ? Buffer.from((await git.readBlob({ fs, gitdir, oid })).blob) : null
    found.set(path, { mode, size, bytes })
  }
  return found
}
