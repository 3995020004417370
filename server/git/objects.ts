/** Reads commits and files of a bare repository by isomorphic-git: no checkout, no process. */
import fs from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, inflateSync } from 'node:zlib'
import git from 'isomorphic-git'
import { walkTree } from './walk-tree.ts'

export interface CommitFacts {
  commit: string
  /** Name of its author. */
  author: string
  /** When it was made, as ISO 8601 in UTC. */
  date: string
  message: string
}

export interface TreeFile {
  path: string
  size: number
  /** 100644, 100755 or 120000. */
  mode: string
}

/** What stands at a path; bytes only of a blob that is small enough. */
export interface ReadEntry {
  mode: string
  size: number
  bytes: Buffer | null
}

const longestMessage = 10_000
/** The last moment that a Date can name. */
const lastSecond = 8.64e12

const isId = (commit: string): boolean => /^[0-9a-f]{40}$/.test(commit)

/** What is not in the repository, or is no such thing, is null: the name may come from anywhere. */
async function orNull<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** Whether isomorphic-git says that something is not there, or is not of the kind that was asked for. */
export const isMissing = (error: unknown): boolean =>
  error instanceof git.Errors.NotFoundError || error instanceof git.Errors.ObjectTypeError

export async function commitFacts(gitdir: string, commit: string): Promise<CommitFacts | null> {
  if (!isId(commit)) return null
  const found = await orNull(git.readCommit({ fs, gitdir, oid: commit }))
  if (!found) return null
  const { author, committer, message } = found.commit
  const seconds = Math.min(Math.max(committer.timestamp || 0, 0), lastSecond)
  return {
    commit: found.oid,
    author: author.name,
    date: new Date(seconds * 1000).toISOString(),
    message: message.slice(0, longestMessage),
  }
}

/** Its files in git's order, at most `limit`. */
export async function treeFiles(gitdir: string, commit: string, limit: number): Promise<TreeFile[]> {
  if (!isId(commit)) return []
  const files: TreeFile[] = []
  for await (const { path, mode, oid, type } of walkTree(gitdir, commit)) {
    if (type !== 'blob') continue
    files.push({ path, mode, size: await sizeOf(gitdir, oid) })
    if (files.length === limit) break
  }
  return files
}

/** The size of a blob: of a loose one as its first bytes say, so that a list of files does not inflate them all. */
export async function sizeOf(gitdir: string, oid: string): Promise<number> {
  const loose = await open(join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2))).catch(() => null)
  if (!loose) return (await git.readBlob({ fs, gitdir, oid })).blob.length
  await using file = loose
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
  const head = inflateSync(buffer.subarray(0, bytesRead), { finishFlush: constants.Z_SYNC_FLUSH })
  return Number(/^blob (\d+)\0/.exec(head.toString('latin1'))?.[1])
}

/** What git has at `path`: its content if it is a blob of at most `limit` bytes; null: nothing is there. */
export async function readEntry(
  gitdir: string,
  commit: string,
  path: string,
  limit: number,
): Promise<ReadEntry | null> {
  if (!isId(commit)) return null
  const folder = path.split('/').slice(0, -1).join('/')
  const listing = await orNull(
    git.readTree({ fs, gitdir, oid: commit, ...(folder !== '' && { filepath: folder }) }),
  )
  const entry = listing?.tree.find((one) => one.path === path.slice(folder === '' ? 0 : folder.length + 1))
  if (!entry) return null
  if (entry.type !== 'blob') return { mode: entry.mode, size: 0, bytes: null }
  const size = await sizeOf(gitdir, entry.oid)
  if (size > limit) return { mode: entry.mode, size, bytes: null }
  const { blob } = await git.readBlob({ fs, gitdir, oid: entry.oid })
  return { mode: entry.mode, size, bytes: Buffer.from(blob) }
}
