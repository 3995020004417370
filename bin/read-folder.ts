/** What the folder of a check repository declares at home: read as a push of it would be. */
import { constants } from 'node:fs'
import { lstat, open, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry } from '../core/formats/manifest-file.ts'
import { limits } from '../core/formats/limits.ts'
import { manifestFile, readFiles } from '../core/formats/manifest-name.ts'
import { readRepository, type RepositoryReading } from '../core/formats/repository.ts'
import { unreadFormat } from '../core/formats/unread.ts'
import { UsageError } from './command.ts'

/** Throws UsageError where nothing declares checks. */
export async function readFolder(folder: string): Promise<RepositoryReading> {
  const entries = new Map<string, Entry>()
  for (const path of readFiles) {
    const entry = await entryAt(join(folder, path))
    if (entry) entries.set(path, entry)
  }
  const reading = readRepository(entries, { repository: null })
  const unread = await unreadIn(folder)
  if (reading.files.length === 0 && unread.length === 0)
    throw new UsageError(`there is no ${manifestFile} in ${folder}, and no debian/tests/control`)
  return { ...reading, skipped: [...reading.skipped, ...unread] }
}

async function entryAt(path: string): Promise<Entry | null> {
  const facts = await lstat(path).catch(() => null)
  if (!facts) return null
  if (facts.isSymbolicLink()) return { kind: 'link', size: 0, bytes: null }
  if (!facts.isFile()) return { kind: 'folder', size: 0, bytes: null }
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const bytes = facts.size <= limits.manifestBytes ? await file.readFile() : null
    return { kind: 'file', size: facts.size, bytes }
  } finally {
    await file.close()
  }
}

/** Formats that stand where a look at two folders finds them. */
async function unreadIn(folder: string): Promise<RepositoryReading['skipped']> {
  const found: RepositoryReading['skipped'] = []
  for (const below of ['', '.fmf/', 'tests/']) {
    const listing = await opendir(join(folder, below)).catch(() => null)
    if (!listing) continue
    for await (const { name } of listing) {
      const unread = unreadFormat(`${below}${name}`)
      if (unread) found.push(unread)
    }
  }
  return found
}
