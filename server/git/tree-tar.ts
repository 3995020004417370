/** A commit's tree, and what its checks take from elsewhere, as a tar stream: one file at a time is in memory. */
import fs from 'node:fs'
import { Readable } from 'node:stream'
import git from 'isomorphic-git'
import { pack, type Header, type Pack } from 'tar-stream'
import { NotFound } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'
import { staysInside } from '../../core/formats/tree-links.ts'
import { isMissing } from './objects.ts'
import { wholeOf } from './whole-tree.ts'
import { badTree, walkTree, type WalkedEntry } from './walk-tree.ts'

type EntryHeader = Partial<Header> & Pick<Header, 'name'>

/**
 * Files keep whether they may be run, links that stay inside the tree are kept as links. Links that lead out of it and
 * submodules are left out: the hook told whoever pushed them. Errors come as the stream's.
 */
export function treeTar(gitdir: string, commit: string): Readable {
  const tar = pack()
  fill(tar, gitdir, commit).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(isMissing(error) ? new NotFound('commit', commit) : (error as Error)),
  )
  return Readable.from(tar, { objectMode: false })
}

async function fill(tar: Pack, gitdir: string, commit: string): Promise<void> {
  let bytes = 0
  for await (const entry of walkTree(gitdir, await wholeOf(gitdir, commit))) {
    if (entry.type !== 'blob') continue
    const { blob } = await git.readBlob({ fs, gitdir, oid: entry.oid })
    if ((bytes += blob.length) > limits.treeBytes) throw badTree(`more than ${limits.treeBytes} bytes`)
    const header = headerOf(entry, blob)
    if (header) await add(tar, header, blob)
  }
}

/** One tree is one tar, byte by byte, whenever it is made: hence the time. */
function headerOf({ path, mode }: WalkedEntry, blob: Uint8Array): EntryHeader | null {
  const header = { name: path, mtime: new Date(0) }
  if (mode !== '120000')
    return { ...header, type: 'file', mode: mode === '100755' ? 0o755 : 0o644, size: blob.length }
  const linkname = Buffer.from(blob).toString()
  return staysInside(path, linkname) ? { ...header, type: 'symlink', linkname } : null
}

/** Resolves when the reader has taken it: nothing piles up. */
function add(tar: Pack, header: EntryHeader, blob: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error)
      else resolve()
    }
    const sink = tar.entry(header, done)
    if (header.type !== 'symlink') sink.end(blob)
  })
}
