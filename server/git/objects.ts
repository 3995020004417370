/** Commits and files of a bare repository, as pages and flows ask for them: no checkout. */
import { limits } from '../../core/formats/limits.ts'
import type { ObjectReader } from './object-reader.ts'
import { readTree, walkTree, type TreeEntry } from './walk-tree.ts'

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

export const isId = (commit: string): boolean => /^[0-9a-f]{40}$/.test(commit)

/** What is not in the repository, or is no commit, is null: the name may come from anywhere. */
export async function commitFacts(objects: ObjectReader, commit: string): Promise<CommitFacts | null> {
  if (!isId(commit)) return null
  let facts: CommitFacts | null = null
  for await (const found of objects.read([`${commit}^{commit}`], limits.commitBytes))
    if (found?.bytes) facts = { commit: found.oid, ...writtenIn(found.bytes.toString()) }
  return facts
}

/** A head of lines, an empty one, and the message. */
function writtenIn(text: string): Omit<CommitFacts, 'commit'> {
  const end = text.indexOf('\n\n')
  const lines = (end === -1 ? text : text.slice(0, end)).split('\n')
  const valueOf = (key: string): string =>
    lines.find((line) => line.startsWith(`${key} `))?.slice(key.length) ?? ''
  const author = valueOf('author')
  const committer = valueOf('committer')
  const told = Number(/^ (\d{1,20}) /.exec(committer.slice(committer.lastIndexOf('>') + 1))?.[1] ?? 0)
  const seconds = Math.min(told, lastSecond)
  return {
    author: author.slice(0, Math.max(author.lastIndexOf('<'), 0)).trim(),
    date: new Date(seconds * 1000).toISOString(),
    message: end === -1 ? '' : text.slice(end + 2, end + 2 + longestMessage),
  }
}

/** Its files in git's order, at most `limit`. */
export async function treeFiles(objects: ObjectReader, commit: string, limit: number): Promise<TreeFile[]> {
  if (!isId(commit)) return []
  const files: { path: string; mode: string; oid: string }[] = []
  for await (const { path, mode, oid, type } of walkTree(objects, commit)) {
    if (type !== 'blob') continue
    files.push({ path, mode, oid })
    if (files.length === limit) break
  }
  const facts = await objects.facts(files.map(({ oid }) => oid))
  return files.map(({ path, mode }, at) => ({ path, mode, size: facts[at]?.size ?? 0 }))
}

/** What git has at `path`: its content if it is a blob of at most `limit` bytes; null: nothing is there. */
export async function readEntry(
  objects: ObjectReader,
  commit: string,
  path: string,
  limit: number,
): Promise<ReadEntry | null> {
  if (!isId(commit)) return null
  const entry = await entryAt(objects, commit, path.split('/'))
  if (!entry) return null
  if (entry.type !== 'blob') return { mode: entry.mode, size: 0, bytes: null }
  return { mode: entry.mode, ...(await readBlob(objects, entry.oid, limit)) }
}

/** Step by step: a path is never part of what git is asked. */
async function entryAt(
  objects: ObjectReader,
  commit: string,
  steps: readonly string[],
): Promise<TreeEntry | null> {
  let tree = `${commit}^{tree}`
  for (const [at, step] of steps.entries()) {
    const entry = (await readTree(objects, tree))?.find(({ name }) => name === step)
    if (!entry || at === steps.length - 1) return entry ?? null
    if (entry.type !== 'tree') return null
    tree = entry.oid
  }
  return null
}

/** The size of a blob, and its content if it has at most `limit` bytes. */
export async function readBlob(
  objects: ObjectReader,
  oid: string,
  limit: number,
): Promise<Pick<ReadEntry, 'size' | 'bytes'>> {
  const [facts] = await objects.facts([oid])
  if (facts?.type !== 'blob') throw new Error(`there is no blob ${oid}`)
  let bytes: Buffer | null = null
  if (facts.size <= limit) for await (const blob of objects.read([oid], limit)) bytes = blob?.bytes ?? null
  return { size: facts.size, bytes }
}
