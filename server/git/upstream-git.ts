/**
 * A repository that is kept elsewhere: fetched into one of our own first, and pushed from there branch by branch, through
 * the same hooks as every push.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { simpleGit } from 'simple-git'
import { AppError } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'

export interface Place {
  gitdir: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

export interface Fetched {
  /** The branch that a clone there checks out. */
  head: string | null
  /** Commit by branch. */
  branches: Map<string, string>
}

/** Milliseconds: for all that is fetched, and between two looks at its size. */
const patience = { fetch: 10 * 60_000, look: 500 }
const heads = 'refs/heads/'

/** Fetches all branches of `url` into the repository at `gitdir`. Throws UPSTREAM_UNAVAILABLE or UPSTREAM_TOO_LARGE. */
export async function fetchUpstream(
  url: string,
  place: Place,
  mostBytes: number = limits.packBytes,
): Promise<Fetched> {
  const late = AbortSignal.timeout(patience.fetch)
  const tooLarge = new AbortController()
  const signal = AbortSignal.any([place.signal, late, tooLarge.signal])
  const git = gitIn({ ...place, env: { ...place.env, GIT_ALLOW_PROTOCOL: 'https:http' }, signal })
  const watching = watchSize(place.gitdir, mostBytes, () => tooLarge.abort())
  try {
    const head = await git.raw(['ls-remote', '--symref', url, 'HEAD'])
    await git.raw([
      ...['fetch', '--quiet', '--prune', '--no-tags', '--no-write-fetch-head'],
      ...[url, `+${heads}*:${heads}*`],
    ])
    if ((await packBytes(place.gitdir)) > mostBytes) tooLarge.abort()
    tooLarge.signal.throwIfAborted()
    const refs = await git.raw(['for-each-ref', '--format=%(objectname) %(refname)', heads])
    const lines = refs.split('\n').filter((line) => line !== '')
    return {
      head: /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(head)?.[1] ?? null,
      branches: new Map(lines.map((line) => [line.slice(41 + heads.length), line.slice(0, 40)])),
    }
  } catch (error) {
    place.signal.throwIfAborted()
    if (tooLarge.signal.aborted)
      throw unusable('UPSTREAM_TOO_LARGE', `it holds more than ${mostBytes / 2 ** 20} MiB`)
    if (late.aborted)
      throw unusable('UPSTREAM_UNAVAILABLE', `it took longer than ${patience.fetch / 60_000} minutes`)
    throw unusable('UPSTREAM_UNAVAILABLE', wordsOf(error))
  } finally {
    clearInterval(watching)
  }
}

/**
 * Pushes `commit` of the repository at `gitdir` to a branch of `target`; null deletes the branch. Returns null when it was
 * taken, or what its pusher would read.
 */
export async function pushOn(
  target: string,
  { branch, commit }: { branch: string; commit: string | null },
  place: Place,
): Promise<string | null> {
  const git = gitIn({ ...place, env: { ...place.env, GIT_ALLOW_PROTOCOL: 'file' } })
  try {
    await git.raw(['push', '--quiet', target, `${commit === null ? '' : `+${commit}`}:${heads}${branch}`])
    return null
  } catch (error) {
    place.signal.throwIfAborted()
    const said = (error as Error).message
      .split('\n')
      .flatMap((line) => /^remote: ?(.*)$/.exec(line)?.[1] ?? [])
    const words = said
      .map((line) => line.trimEnd())
      .join('\n')
      .trim()
    return (words || wordsOf(error)).slice(0, longest.refusal)
  }
}

const longest = { refusal: 4_000, trouble: 500 }

/** simple-git takes git's own variables away unless they are named. */
const gitIn = ({ gitdir, env, signal }: Place) =>
  simpleGit({
    baseDir: gitdir,
    abort: signal,
    // All of the environment is ours: the configuration that it names, and the protocols that it allows.
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeProtocolOverride: true },
    allowEnvironment: Object.keys(env).filter((name) => name.startsWith('GIT_')),
  }).env(env)

function watchSize(gitdir: string, mostBytes: number, tooLarge: () => void): NodeJS.Timeout {
  return setInterval(() => {
    void packBytes(gitdir).then((bytes) => {
      if (bytes > mostBytes) tooLarge()
    })
  }, patience.look)
}

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

const wordsOf = (error: unknown): string => (error as Error).message.trim().slice(0, longest.trouble)

const unusable = (code: string, why: string): AppError =>
  new AppError(code, 502, `The repository cannot be fetched: ${why}`)
