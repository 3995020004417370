/** A commit's tree, and what its checks take from elsewhere, as a tar stream: one file at a time is in memory. */
import { Readable } from 'node:stream'
import { pack, type Header, type Pack } from 'tar-stream'
import { limits } from '../../core/formats/limits.ts'
import { staysInside } from '../../core/formats/tree-links.ts'
import { withObjects, type ObjectReader, type Place } from './object-reader.ts'
import { wholeOf } from './whole-tree.ts'
import { badTree, walkTree, type WalkedEntry } from './walk-tree.ts'

type EntryHeader = Partial<Header> & Pick<Header, 'name'>

/**
 * Files keep whether they may be run, links that stay inside the tree are kept as links. Links that lead out of it and
 * submodules are left out: the hook told whoever pushed them. Errors come as the stream's. Reading ends when `signal` is
 * aborted, or the stream is closed.
 */
export const treeTar = (place: () => Promise<Place>, commit: string, signal?: AbortSignal): Readable =>
  Readable.from(written(place, commit, signal), { objectMode: false })

async function* written(
  place: () => Promise<Place>,
  commit: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const closed = new AbortController()
  const over = signal ? AbortSignal.any([signal, closed.signal]) : closed.signal
  const tar = pack()
  const leave = (): void => tar.destroy()
  over.addEventListener('abort', leave)
  const filling = place()
    .then(async (found) => {
      const whole = await wholeOf(found.gitdir, commit)
      await withObjects(found, (objects) => fill(tar, objects, whole), over)
    })
    .then(
      () => tar.finalize(),
      (error: unknown) => tar.destroy(error as Error),
    )
  try {
    yield* tar as AsyncIterable<Uint8Array>
  } finally {
    closed.abort()
    over.removeEventListener('abort', leave)
    await filling
  }
}

/** Where everything lies is known first: git then reads ahead. */
async function fill(tar: Pack, objects: ObjectReader, commit: string): Promise<void> {
  const entries: WalkedEntry[] = []
  for await (const entry of walkTree(objects, commit)) if (entry.type === 'blob') entries.push(entry)
  const oids = entries.map(({ oid }) => oid)
  const left = entries.values()
  let bytes = 0
  for await (const blob of objects.read(oids, limits.fileBytes)) {
    const { value: entry } = left.next()
    if (!entry) return
    if (blob?.type !== 'blob') throw badTree(`a file that is not there, ${JSON.stringify(entry.path)}`)
    if ((bytes += blob.size) > limits.treeBytes) throw badTree(`more than ${limits.treeBytes} bytes`)
    if (!blob.bytes) throw badTree(`a file of more than ${limits.fileBytes} bytes`)
    const header = headerOf(entry, blob.bytes)
    if (header) await add(tar, header, blob.bytes)
  }
}

/** One tree is one tar, byte by byte, whenever it is made: hence the time. */
function headerOf({ path, mode }: WalkedEntry, blob: Buffer): EntryHeader | null {
  const header = { name: path, mtime: new Date(0) }
  if (mode !== '120000')
    return { ...header, type: 'file', mode: mode === '100755' ? 0o755 : 0o644, size: blob.length }
  const linkname = blob.toString()
  return staysInside(path, linkname) ? { ...header, type: 'symlink', linkname } : null
}

/** Resolves when the reader has taken it: nothing piles up. Rejects when there is no reader any more. */
function add(tar: Pack, header: EntryHeader, blob: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null): void => {
      if (error) reject(error)
      else resolve()
    }
    const sink = tar.entry(header, done)
    if (header.type !== 'symlink') sink.end(blob)
  })
}
