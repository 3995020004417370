/** What the folder of a check repository declares at home: read as a push of it would be. */
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry } from '../core/formats/manifest-file.ts'
import { limits } from '../core/formats/limits.ts'
import { manifestFile, readFiles } from '../core/formats/manifest-name.ts'
import { readRepository, type RepositoryReading } from '../core/formats/repository.ts'
import { unreadFormat } from '../core/formats/unread.ts'
import { fileEntry, fmfEntries } from '../runner/fmf-entries.ts'
import { UsageError } from './command.ts'

/** Throws UsageError where nothing declares checks. */
export async function readFolder(folder: string): Promise<RepositoryReading> {
  const entries = new Map<string, Entry>()
  for (const path of readFiles) {
    const entry = await fileEntry(join(folder, path), limits.manifestBytes)
    if (entry) entries.set(path, entry)
  }
  for (const [path, entry] of await fmfEntries(folder)) entries.set(path, entry)
  const reading = readRepository(entries, { repository: null })
  const unread = await unreadIn(folder)
  if (reading.files.length === 0 && unread.length === 0)
    throw new UsageError(
      `there is no ${manifestFile} in ${folder}, no debian/tests/control and no .fmf/version`,
    )
  return { ...reading, skipped: [...reading.skipped, ...unread] }
}

/** Formats that stand where a look at two folders finds them. */
async function unreadIn(folder: string): Promise<RepositoryReading['skipped']> {
  const found: RepositoryReading['skipped'] = []
  for (const below of ['', 'tests/']) {
    const listing = await opendir(join(folder, below)).catch(() => null)
    if (!listing) continue
    for await (const { name } of listing) {
      const unread = unreadFormat(`${below}${name}`)
      if (unread) found.push(unread)
    }
  }
  return found
}
