/** What the folder of a check repository declares at home: read as a push of it would be. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Entry } from '../core/formats/manifest-file.ts'
import { limits } from '../core/formats/limits.ts'
import { isStiFile, manifestFile, readFiles, stiFolder } from '../core/formats/manifest-name.ts'
import { readRepository, type RepositoryReading } from '../core/formats/repository.ts'
import { unreadFormat } from '../core/formats/unread.ts'
import { fileEntry, metadataIn } from '../runner/fmf-entries.ts'
import { UsageError } from './command.ts'

/** Throws UsageError where nothing declares checks. */
export async function readFolder(folder: string): Promise<RepositoryReading> {
  const entries = new Map<string, Entry>()
  for (const path of readFiles) {
    const entry = await fileEntry(folder, path, limits.manifestBytes)
    if (entry) entries.set(path, entry)
  }
  for (const [path, entry] of await metadataIn(folder)) entries.set(path, entry)
  for (const path of await playbooksIn(folder)) {
    const entry = await fileEntry(folder, path, limits.manifestBytes)
    if (entry) entries.set(path, entry)
  }
  const reading = readRepository(entries, { repository: null })
  const unread = await unreadIn(folder)
  if (reading.files.length === 0 && unread.length === 0)
    throw new UsageError(
      `there is no ${manifestFile} in ${folder}, no debian/tests/control, no .fmf/version and no tests/tests.yml`,
    )
  return { ...reading, skipped: [...reading.skipped, ...unread] }
}

const playbooksIn = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, stiFolder)).catch(() => []))
    .map((name) => `${stiFolder}${name}`)
    .filter(isStiFile)

const unreadIn = async (folder: string): Promise<RepositoryReading['skipped']> =>
  (await readdir(folder).catch(() => [])).flatMap((name) => unreadFormat(name) ?? [])
