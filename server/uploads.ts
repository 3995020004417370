/** Files that were handed over with an event: kept under their own checksum, so that the same file is kept once. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { AppError, NotFound } from '../core/errors.ts'
import type { BuildArtifact } from '../schemas/types.gen.ts'
import { receiveFile } from './receive-file.ts'
import { storedFile, type StoredFile } from './stored-file.ts'

export interface Upload {
  sha256: string
  /** Bytes. */
  size: number
}

/** Path of an upload on this site. */
export const uploadPath = (sha256: string, name: string): string =>
  `/uploads/${sha256}/${encodeURIComponent(name)}`

/** `artifact` where it is now: a site that moved to another address took what was uploaded to it along. */
export function reachable<T extends Artifact>(artifact: T, baseUrl: string): T {
  const path = uploadPath(artifact.sha256, artifact.name)
  const isUpload = URL.canParse(artifact.url) && new URL(artifact.url).pathname === path
  return isUpload ? { ...artifact, url: `${baseUrl}${path}` } : artifact
}

type Artifact = Pick<BuildArtifact, 'name' | 'url' | 'sha256'>

export type Uploads = ReturnType<typeof uploads>

export const uploadLimit = 2 * 1024 ** 3

const namePattern = /^[A-Za-z0-9][A-Za-z0-9+:~^._%-]{0,199}$/

/** A file's name as builds may carry it; throws BAD_FILE_NAME. */
export function parseFileName(text: unknown): string {
  if (typeof text === 'string' && namePattern.test(text)) return text
  throw new AppError('BAD_FILE_NAME', 400, 'Give the file a plain name: ?name=hello_2.10-3_amd64.deb')
}

export function uploads(folder: string) {
  return {
    async put(body: Readable): Promise<Upload> {
      const { sha256, size, keep } = await receiveFile(body, join(folder, 'incoming'), uploadLimit)
      await keep(join(folder, sha256))
      return { sha256, size }
    },
    /** Removes the file, where it is there. */
    remove: (sha256: string): Promise<void> => rm(join(folder, sha256), { force: true }),
    /** The file with this checksum; throws NOT_FOUND. */
    async find(sha256: string): Promise<StoredFile> {
      const file = /^[0-9a-f]{64}$/.test(sha256) ? await storedFile(join(folder, sha256)) : null
      if (file) return file
      throw new NotFound('upload', sha256)
    },
  }
}
