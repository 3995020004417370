/**
 * A repository that is kept elsewhere: fetched into one of our own first, and pushed from there branch by branch, through
 * the same hooks as every push.
 */
import { limits } from '../../core/formats/limits.ts'
import { boundedFetch, gitIn, wordsOf, type Place } from './bounded-fetch.ts'

export interface Fetched {
  /** The branch that a clone there checks out. */
  head: string | null
  /** Commit by branch. */
  branches: Map<string, string>
}

const patienceSeconds = 10 * 60
const heads = 'refs/heads/'

/** Fetches all branches of `url` into the repository at `gitdir`. Throws UPSTREAM_UNAVAILABLE or UPSTREAM_TOO_LARGE. */
export function fetchUpstream(
  url: string,
  place: Place,
  mostBytes: number = limits.packBytes,
): Promise<Fetched> {
  return boundedFetch(place, { bytes: mostBytes, seconds: patienceSeconds }, async (git) => {
    const head = await git.raw(['ls-remote', '--symref', url, 'HEAD'])
    await git.raw([
      ...['fetch', '--quiet', '--prune', '--no-tags', '--no-write-fetch-head'],
      ...[url, `+${heads}*:${heads}*`],
    ])
    const refs = await git.raw(['for-each-ref', '--format=%(objectname) %(refname)', heads])
    const lines = refs.split('\n').filter((line) => line !== '')
    return {
      head: /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(head)?.[1] ?? null,
      branches: new Map(lines.map((line) => [line.slice(41 + heads.length), line.slice(0, 40)])),
    }
  })
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

const longest = { refusal: 4_000 }
