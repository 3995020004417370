/** All that an execution left as one tar archive, made while it is sent. */
import { pipeline } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { pack, type Pack } from 'tar-stream'
import type { ExecutionFiles } from './execution-files.ts'
import type { StoredFile } from './stored-file.ts'
import type { Artifact } from './store/results.ts'

export interface Left {
  execution: string
  /** Numbers of its attempts. */
  attempts: readonly number[]
  artifacts: readonly Artifact[]
}

/** Writes a compressed archive of one folder, named like the execution, to `target`. */
export async function sendArchive(files: ExecutionFiles, left: Left, target: Writable): Promise<void> {
  const archive = pack()
  const filling = fill(archive, files, left).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error as Error),
  )
  await pipeline(archive, createGzip({ level: 4 }), target)
  await filling
}

/** Paths are those that were parsed when the files came: relative, of plain parts. */
async function fill(archive: Pack, files: ExecutionFiles, left: Left): Promise<void> {
  const { execution } = left
  for (const attempt of left.attempts) {
    const folder = `${execution}/attempt-${attempt}`
    const log = await files.log({ execution, attempt })
    if (log) await add(archive, `${folder}/log.txt`, log)
    for (const { path } of left.artifacts.filter((artifact) => artifact.attempt === attempt)) {
      const file = await files.artifact({ execution, attempt }, path)
      if (file) await add(archive, `${folder}/artifacts/${path}`, file)
    }
  }
}

/** A log that still grows goes in with the size that it has now. */
async function add(archive: Pack, name: string, file: StoredFile): Promise<void> {
  const entry = archive.entry({ name, size: file.size, mtime: file.modified, mode: 0o644 })
  await pipeline(file.read(0, file.size), entry)
}
