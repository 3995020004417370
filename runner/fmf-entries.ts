/** The metadata of tmt in a folder of this host, as a push of it would bring it: links are read, never followed. */
import { constants } from 'node:fs'
import { lstat, open, opendir, readlink } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import type { Entry } from '../core/formats/manifest-file.ts'
import { limits } from '../core/formats/limits.ts'
import { isFmfFile, isSourceMarker } from '../core/formats/manifest-name.ts'

/** All the metadata below `folder`, that of sources included, and not much more than is read. */
export async function metadataIn(folder: string): Promise<Map<string, Entry>> {
  const found = new Map<string, Entry>()
  const open = ['']
  let seen = 0
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    // What cannot be read was not committed either.
    for await (const item of await opendir(join(folder, below)).catch(() => [])) {
      const path = `${below}${item.name}`
      if ((seen += 1) > limits.treeFiles || found.size > limits.fmfFiles * (1 + limits.sources)) return found
      if (item.isDirectory() && item.name !== '.git') open.push(`${path}/`)
      if (!(isFmfFile(path) || isSourceMarker(path)) || item.isDirectory()) continue
      const entry = await fileEntry(folder, path, limits.manifestBytes)
      if (entry) found.set(path, entry)
    }
  }
  return found
}

/**
 * What stands at `name` below `folder`, its content if it has at most `limit` bytes; of a link its target. null: nothing,
 * as in git there is nothing behind a link, which may lead anywhere on this host.
 */
export async function fileEntry(folder: string, name: string, limit: number): Promise<Entry | null> {
  const path = join(folder, name)
  const facts = (await leadsThroughLink(folder, name)) ? null : await lstat(path).catch(() => null)
  if (!facts) return null
  if (facts.isSymbolicLink()) {
    const target = Buffer.from(await readlink(path))
    return { kind: 'link', size: target.length, bytes: target }
  }
  if (!facts.isFile()) return { kind: 'folder', size: 0, bytes: null }
  if (facts.size > limit) return { kind: 'file', size: facts.size, bytes: null }
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  return { kind: 'file', size: facts.size, bytes: await file.readFile() }
}

/** Whether a folder on the way from `folder` to `name` is a link, or no folder below it at all. */
export async function leadsThroughLink(folder: string, name: string): Promise<boolean> {
  const parents = normalize(name).split('/').slice(0, -1)
  for (const [at, part] of parents.entries()) {
    if (part === '..') return true
    const facts = await lstat(join(folder, ...parents.slice(0, at + 1))).catch(() => null)
    if (facts?.isSymbolicLink()) return true
  }
  return normalize(name) === '..'
}
