/**
 * Unpacks the tree of a check repository. Whoever may push decides what is in it, so nothing in it can lead out of the
 * folder: each part of a path is a folder that was made here, and nothing is written through a link.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Extract } from 'tar-stream'
import { AttemptEnded } from './ending.ts'

type Entry = Extract extends AsyncIterable<infer E> ? E : never

export const treeLimits = { bytes: 1024 ** 3, entries: 50_000, path: 4000 }

/** Throws AttemptEnded (bad_check) for what no machine should get; a broken transfer is an error as any other. */
export async function unpackTree(tar: Readable, folder: string, signal?: AbortSignal): Promise<void> {
  const unpacking = extract()
  const reading = pipeline(tar, unpacking as unknown as Writable, { ...(signal && { signal }) })
  // Whichever fails first is awaited below; the other must not count as unhandled.
  reading.catch(() => undefined)
  let entries = 0
  let bytes = 0
  for await (const entry of unpacking) {
    bytes += entry.header.size
    if (++entries > treeLimits.entries || bytes > treeLimits.bytes)
      throw bad(`it has more than ${treeLimits.entries} files or ${treeLimits.bytes} bytes`)
    await unpack(entry, folder)
    entry.resume()
  }
  await reading
}

async function unpack(entry: Entry, folder: string): Promise<void> {
  const { name, type, mode, linkname } = entry.header
  const path = name.replace(/^\.\//, '').replace(/\/$/, '')
  if (path === '' || path === '.') return
  if (!isPlain(path)) throw bad(`the path ${JSON.stringify(path.slice(0, 200))} leads out of it`)
  const target = join(folder, path)
  await makeFolder(folder, type === 'directory' ? path : dirname(path))
  if (type === 'directory') return
  try {
    if (type === 'symlink') await symlink(linkname, target)
    else if (type === 'file' || type === 'contiguous-file')
      await write(entry, target, mode & 0o111 ? 0o755 : 0o644)
    else throw bad(`${JSON.stringify(path.slice(0, 200))} is neither a file nor a link nor a folder`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw bad(`${JSON.stringify(path)} is in it twice`)
    throw error
  }
}

async function write(entry: Entry, target: string, mode: number): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  await using file = await open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  for await (const chunk of entry) await file.writeFile(chunk as Buffer)
}

const isPlain = (path: string): boolean =>
  Buffer.byteLength(path) <= treeLimits.path &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** Part by part: a link that the tree brought where a folder is due would lead elsewhere. */
async function makeFolder(root: string, path: string): Promise<void> {
  if (path === '.') return
  let folder = root
  for (const part of path.split('/')) {
    folder = join(folder, part)
    await mkdir(folder).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (!(await lstat(folder)).isDirectory())
        throw bad(`${JSON.stringify(path.slice(0, 200))} is a folder and something else`)
    })
  }
}

const bad = (why: string): AttemptEnded =>
  new AttemptEnded('bad_check', `The check repository's tree cannot be used: ${why}.`)
