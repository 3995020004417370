/** What executions leave on disk: per attempt one log and a folder of artifacts. Everything in here was said by a guest. */
import { constants } from 'node:fs'
import { lstat, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { AppError } from '../core/errors.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { receiveFile, tooLarge } from './receive-file.ts'

/** Which attempt's files. `execution`: its UUID, already looked up. */
export interface AttemptKey {
  execution: string
  attempt: number
}

/** A file as it is now, and any stretch of it. */
export interface StoredFile {
  path: string
  size: number
  /** The bytes from `start` up to and without `end`. */
  read: (start: number, end: number) => Readable
}

/** Bytes, and how many files. */
export const fileLimits = {
  log: 20 * 1024 ** 2,
  artifact: 100 * 1024 ** 2,
  artifacts: 200 * 1024 ** 2,
  files: 2000,
}

export type ExecutionFiles = ReturnType<typeof executionFiles>

export function executionFiles(folder: string) {
  const incoming = join(folder, 'incoming')
  const attemptFolder = ({ execution, attempt }: AttemptKey): string =>
    join(folder, execution, String(attempt))
  const logPath = (key: AttemptKey): string => join(attemptFolder(key), 'log')
  const artifactPath = (key: AttemptKey, path: string): string =>
    join(attemptFolder(key), 'artifacts', parseArtifactPath(path))
  const serially = oneAtATime()
  return {
    /** Removes what a crash left half received. */
    tidy: (): Promise<void> => rm(incoming, { recursive: true, force: true }),
    /**
     * Appends `bytes` that begin at `offset` of the log and returns its size then. What is there already is skipped, so
     * a repeat changes nothing. Throws LOG_GAP when bytes before `offset` are missing, TOO_LARGE beyond the limit.
     */
    appendLog(key: AttemptKey, offset: number, bytes: Buffer): Promise<number> {
      const path = logPath(key)
      return serially(path, () => appendAt(path, offset, bytes))
    },
    /** The log; null when nothing was written yet. */
    log: (key: AttemptKey): Promise<StoredFile | null> => storedFile(logPath(key)),
    /** The artifact; null when there is none of that name. Throws BAD_ARTIFACT_PATH. */
    artifact: async (key: AttemptKey, path: string): Promise<StoredFile | null> =>
      storedFile(artifactPath(key, path)),
    /**
     * Keeps `body` as an artifact and returns its size in bytes. `room`: bytes that the attempt may still leave.
     * Throws BAD_ARTIFACT_PATH, TOO_LARGE, CHECKSUM_MISMATCH, or ARTIFACT_PATH_TAKEN where a file is a folder elsewhere.
     */
    async putArtifact(key: AttemptKey, artifact: NewArtifact): Promise<number> {
      const target = artifactPath(key, artifact.path)
      const received = await receiveFile(
        artifact.body,
        incoming,
        Math.min(fileLimits.artifact, artifact.room),
      )
      try {
        if (received.sha256 !== artifact.sha256) throw mismatch(artifact, received.sha256)
        await received.keep(target)
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

async function appendAt(path: string, offset: number, bytes: Buffer): Promise<number> {
  await mkdir(dirname(path), { recursive: true })
  const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants
  await using file = await open(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o640)
  const { size } = await file.stat()
  if (offset > size) throw gap(offset, size)
  const fresh = bytes.subarray(size - offset)
  if (size + fresh.length > fileLimits.log) throw tooLarge(fileLimits.log)
  if (fresh.length > 0) await file.write(fresh, 0, fresh.length, size)
  return size + fresh.length
}

async function storedFile(path: string): Promise<StoredFile | null> {
  const found = await lstat(path).catch(() => null)
  if (!found?.isFile()) return null
  return {
    path,
    size: found.size,
    read: (start, end) => Readable.from(stretch(path, start, end), { objectMode: false }),
  }
}

async function* stretch(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (end <= start) return
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  const chunks: AsyncIterable<Buffer> = file.createReadStream({ start, end: end - 1, autoClose: false })
  yield* chunks
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
