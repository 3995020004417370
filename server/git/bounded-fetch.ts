/** git fetch of what somebody else serves: bounded in time and in what it may bring. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { simpleGit, type SimpleGit } from 'simple-git'
import { AppError } from '../../core/errors.ts'

export interface Place {
  gitdir: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

export interface Bounds {
  bytes: number
  seconds: number
}

const lookMs = 500
const longestTrouble = 500

/** Runs `work` with a git that may fetch into `place`. Throws UPSTREAM_UNAVAILABLE or UPSTREAM_TOO_LARGE. */
export async function boundedFetch<T>(
  place: Place,
  { bytes, seconds }: Bounds,
  work: (git: SimpleGit) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(seconds * 1000)
  const tooLarge = new AbortController()
  const signal = AbortSignal.any([place.signal, late, tooLarge.signal])
  const git = gitIn({ ...place, env: { ...place.env, GIT_ALLOW_PROTOCOL: 'https:http' }, signal })
  const look = async (): Promise<void> => {
    if ((await packBytes(place.gitdir)) > bytes) tooLarge.abort()
  }
  const watching = setInterval(() => void look(), lookMs)
  try {
    const found = await work(git)
    await look()
    tooLarge.signal.throwIfAborted()
    return found
  } catch (error) {
    place.signal.throwIfAborted()
    if (tooLarge.signal.aborted)
      throw unusable('UPSTREAM_TOO_LARGE', `it holds more than ${bytes / 2 ** 20} MiB`)
    if (late.aborted) throw unusable('UPSTREAM_UNAVAILABLE', `it took longer than ${seconds} seconds`)
    throw unusable('UPSTREAM_UNAVAILABLE', wordsOf(error))
  } finally {
    clearInterval(watching)
  }
}

/** simple-git takes git's own variables away unless they are named. */
export const gitIn = ({ gitdir, env, signal }: Place): SimpleGit =>
  simpleGit({
    baseDir: gitdir,
    abort: signal,
    // All of the environment is ours: the configuration that it names, and the protocols that it allows.
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeProtocolOverride: true },
    allowEnvironment: Object.keys(env).filter((name) => name.startsWith('GIT_')),
  }).env(env)

async function packBytes(gitdir: string): Promise<number> {
  const folder = join(gitdir, 'objects', 'pack')
  const names = await readdir(folder).catch(() => [])
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

export const wordsOf = (error: unknown): string => (error as Error).message.trim().slice(0, longestTrouble)

const unusable = (code: string, why: string): AppError =>
  new AppError(code, 502, `The repository cannot be fetched: ${why}`)
