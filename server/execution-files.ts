/** What executions leave on disk: per attempt one log and a folder of artifacts. Everything in here was said by a guest. */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { AppError } from '../core/errors.ts'
import type { JobLimits } from '../schemas/types.gen.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { linesOf, renewIndex, worthKeeping } from './kept-index.ts'
import type { LineIndex } from './line-index.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { receiveFile, tooLarge } from './receive-file.ts'
import { storedFile, type StoredFile } from './stored-file.ts'

/** Which attempt's files. `execution`: its UUID, already looked up. */
export interface AttemptKey {
  execution: string
  attempt: number
}

/** A file that can be read line by line, whatever its size. */
export interface StoredText extends StoredFile {
  /** Where its lines are; counted once, and kept. */
  lines: () => Promise<LineIndex>
}

export type ExecutionFiles = ReturnType<typeof executionFiles>

/** `limits`: of one attempt. */
export function executionFiles(folder: string, limits: JobLimits) {
  const incoming = join(folder, 'incoming')
  const attemptFolder = ({ execution, attempt }: AttemptKey): string =>
    join(folder, execution, String(attempt))
  const logPath = (key: AttemptKey): string => join(attemptFolder(key), 'log')
  const artifactPath = (key: AttemptKey, path: string): string =>
    join(attemptFolder(key), 'artifacts', parseArtifactPath(path))
  /** No artifact's own name: it may be as long as a name can be. */
  const indexPath = (key: AttemptKey, file: string): string =>
    join(
      attemptFolder(key),
      'lines',
      createHash('sha256')
        .update(relative(attemptFolder(key), file))
        .digest('hex'),
    )
  const serially = oneAtATime()
  const storedText = async (key: AttemptKey, path: string): Promise<StoredText | null> => {
    const file = await storedFile(path)
    const index = indexPath(key, path)
    return file && { ...file, lines: () => serially(index, () => linesOf(index, file)) }
  }
  /** While a log is written, so that the first who opens a large one does not wait. */
  const countLines = async (key: AttemptKey, path: string): Promise<void> => {
    const file = await storedFile(path)
    const index = indexPath(key, path)
    if (file) await serially(index, () => renewIndex(index, file))
  }
  return {
    /** Bytes that all attempts of an execution take: logs, artifacts, and what is kept beside them. */
    async usage(execution: string): Promise<number> {
      let bytes = 0
      for await (const file of filesBelow(join(folder, execution))) bytes += (await lstat(file)).size
      return bytes
    },
    /** Removes all that an execution left. */
    remove: (execution: string): Promise<void> =>
      rm(join(folder, execution), { recursive: true, force: true }),
    /** Removes what a crash left half received. */
    tidy: (): Promise<void> => rm(incoming, { recursive: true, force: true }),
    /**
     * Appends `bytes` that begin at `offset` of the log and returns its size then. What is there already is skipped, so
     * a repeat changes nothing. Throws LOG_GAP when bytes before `offset` are missing, TOO_LARGE beyond the limit.
     */
    async appendLog(key: AttemptKey, offset: number, bytes: Buffer): Promise<number> {
      const path = logPath(key)
      const size = await serially(path, () => appendAt(path, { offset, bytes, most: limits.logBytes }))
      if (Math.floor(offset / worthKeeping) < Math.floor(size / worthKeeping)) await countLines(key, path)
      return size
    },
    /** The log; null when nothing was written yet. */
    log: (key: AttemptKey): Promise<StoredText | null> => storedText(key, logPath(key)),
    /** The artifact; null when there is none of that name. Throws BAD_ARTIFACT_PATH. */
    artifact: async (key: AttemptKey, path: string): Promise<StoredText | null> =>
      storedText(key, artifactPath(key, path)),
    /**
     * Keeps `body` as an artifact and returns its size in bytes. `room`: bytes that the attempt may still leave.
     * Throws BAD_ARTIFACT_PATH, TOO_LARGE, CHECKSUM_MISMATCH, or ARTIFACT_PATH_TAKEN where a file is a folder elsewhere.
     */
    async putArtifact(key: AttemptKey, artifact: NewArtifact): Promise<number> {
      const target = artifactPath(key, artifact.path)
      const received = await receiveFile(
        artifact.body,
        incoming,
        Math.min(limits.artifactBytes, artifact.room),
      )
      try {
        if (received.sha256 !== artifact.sha256) throw mismatch(artifact, received.sha256)
        const index = indexPath(key, target)
        await serially(index, async () => {
          await received.keep(target)
          await rm(index, { force: true })
        })
      } catch (error) {
        await received.drop()
        throw isPathClash(error) ? pathTaken(artifact.path) : error
      }
      return received.size
    },
  }
}

export interface NewArtifact {
  /** Relative, slashes between parts. */
  path: string
  body: Readable
  /** What the sender says that the body hashes to. */
  sha256: string
  room: number
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

async function appendAt(
  path: string,
  { offset, bytes, most }: { offset: number; bytes: Buffer; most: number },
): Promise<number> {
  await mkdir(dirname(path), { recursive: true })
  const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants
  await using file = await open(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o640)
  const { size } = await file.stat()
  if (offset > size) throw gap(offset, size)
  const fresh = bytes.subarray(size - offset)
  if (size + fresh.length > most) throw tooLarge(most)
  if (fresh.length > 0) await file.write(fresh, 0, fresh.length, size)
  return size + fresh.length
}

const gap = (offset: number, size: number): AppError =>
  new AppError('LOG_GAP', 409, `The log ends at ${size}: send what lies between there and ${offset} first.`, {
    size,
  })

const mismatch = ({ path, sha256 }: NewArtifact, actual: string): AppError =>
  new AppError(
    'CHECKSUM_MISMATCH',
    400,
    `${path} arrived with sha256 ${actual} instead of ${sha256}: send it again.`,
  )

const pathTaken = (path: string): AppError =>
  new AppError(
    'ARTIFACT_PATH_TAKEN',
    409,
    `${path} is a folder where another artifact is a file, or the other way round.`,
  )

const isPathClash = (error: unknown): boolean =>
  ['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY'].includes((error as { code?: string }).code ?? '')
