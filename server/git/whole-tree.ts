/**
 * A commit's tree with the trees of the repositories that its checks take things from, as one commit of the package's own
 * repository: kept under a ref that nobody can push to or fetch, and never made anew, so that a check stays what it was.
 */
import fs from 'node:fs'
import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import git from 'isomorphic-git'
import { AppError } from '../../core/errors.ts'
import { limits } from '../../core/formats/limits.ts'
import { sourceMarker } from '../../core/formats/manifest-name.ts'
import type { Unfetched } from '../../core/formats/repository-context.ts'
import { folderOf, type TmtSource } from '../../core/formats/tmt/sources.ts'
import { boundedFetch, wordsOf } from './bounded-fetch.ts'
import { runGit } from './run-git.ts'

/** Of all sources of one commit together; and the seconds that each may take. */
const most = { fetchedBytes: 128 * 2 ** 20, seconds: 60, allSeconds: 180 }

/** Hidden from everybody: see git-home.ts. */
export const ownRefs = 'refs/assay'

const wholeRef = (commit: string): string => `${ownRefs}/whole/${commit}`

/** The commit whose tree is all that checks at `commit` have: `commit` itself where they take nothing from elsewhere. */
export const wholeOf = (gitdir: string, commit: string): Promise<string> =>
  git.resolveRef({ fs, gitdir, ref: wholeRef(commit) }).catch(() => commit)

export interface Joining {
  /** A repository of its own, where sources are fetched to. */
  gitdir: string
  /** The package's. */
  target: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
}

/** Joins what of `sources` can be had with the tree of a commit. Resolves with why others cannot, by folder. */
export type SourceJoiner = (sources: readonly TmtSource[]) => Promise<Unfetched>

/** As more and more sources become known: each call fetches those that were not tried yet. */
export function sourceJoiner(joining: Joining, commit: string): SourceJoiner {
  const { gitdir, target } = joining
  const tried = new Map<string, string | null>()
  const late = AbortSignal.timeout(most.allSeconds * 1000)
  /** What was joined with it before: that is never fetched again. */
  const base = wholeOf(target, commit)
  let left: Promise<Size> | undefined
  const take = async (source: TmtSource): Promise<string | null> => {
    const why = late.aborted
      ? `${source.url}: others before it took longer than ${most.allSeconds} seconds`
      : await fetchSource(joining, source)
    if (why !== null) return why
    left ??= sizeOf(joining, await base).then((own) => minus(limit, own))
    const rest = minus(await left, await sizeOf(joining, sourceRef(folderOf(source))))
    if (rest.files < 0 || rest.bytes < 0) return `${source.url}: with it, the tree of the check is too large`
    left = Promise.resolve(rest)
    return null
  }
  return async (sources) => {
    await writeFile(join(gitdir, 'objects', 'info', 'alternates'), `${join(target, 'objects')}\n`)
    for (const source of sources)
      if (!tried.has(folderOf(source))) tried.set(folderOf(source), await take(source))
    const folders = [...tried].flatMap(([folder, why]) => (why === null ? [folder] : []))
    if (folders.length > 0)
      await joinTrees(joining, { commit, base: await base }, folders).catch((error: unknown) => {
        // The tree has something else where sources stand.
        for (const folder of folders)
          tried.set(folder, `it cannot be joined with the tree: ${wordsOf(error)}`)
      })
    return new Map([...tried].flatMap(([folder, why]) => (why === null ? [] : [[folder, why]])))
  }
}

interface Size {
  files: number
  bytes: number
}

/** What no tree in a machine may have more of, wherever it is from. */
const limit: Size = { files: limits.treeFiles, bytes: limits.treeBytes }
const minus = (one: Size, other: Size): Size => ({
  files: one.files - other.files,
  bytes: one.bytes - other.bytes,
})

/** Of the tree of a commit: its folders count as files. */
async function sizeOf({ gitdir, env }: Joining, commit: string): Promise<Size> {
  const args = ['--git-dir', gitdir, 'ls-tree', '-r', '-t', '-l', '--full-tree', commit]
  const lines = await runGit(args, env).catch((error: unknown) => {
    // More than is listed is more than may be.
    if ((error as NodeJS.ErrnoException).code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return null
    throw error
  })
  if (lines === null) return { files: Infinity, bytes: Infinity }
  const sizes = lines.split('\n').filter((line) => line !== '')
  const bytes = sizes.reduce((sum, line) => sum + (Number(/ (\d+)\t/.exec(line)?.[1]) || 0), 0)
  return { files: sizes.length, bytes }
}

const sourceRef = (folder: string): string => `refs/sources/${basename(folder)}`

/** Its newest commit alone; null: it is there, else why it is not. */
async function fetchSource({ gitdir, env, signal }: Joining, source: TmtSource): Promise<string | null> {
  const into = `+${source.ref ?? 'HEAD'}:${sourceRef(folderOf(source))}`
  const place = { gitdir, env, signal }
  try {
    await boundedFetch(place, { bytes: most.fetchedBytes, seconds: most.seconds }, (git) =>
      git.raw(['fetch', '--quiet', '--depth=1', '--no-tags', '--no-write-fetch-head', source.url, into]),
    )
    return null
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return `${source.url}: ${error.message}`
  }
}

/** Nobody wrote this commit: whenever it is made of the same, it is the same. */
const nobody = {
  ...{ GIT_AUTHOR_NAME: 'Assay', GIT_AUTHOR_EMAIL: 'assay@invalid', GIT_AUTHOR_DATE: '@0 +0000' },
  ...{ GIT_COMMITTER_NAME: 'Assay', GIT_COMMITTER_EMAIL: 'assay@invalid', GIT_COMMITTER_DATE: '@0 +0000' },
}

async function joinTrees(
  { gitdir, target, env }: Joining,
  { commit, base }: { commit: string; base: string },
  folders: readonly string[],
): Promise<void> {
  const index = join(gitdir, `index-${randomUUID()}`)
  // It asks for a work tree, and leaves it alone.
  const around = { ...env, ...nobody, GIT_INDEX_FILE: index, GIT_WORK_TREE: gitdir }
  const run = async (...args: string[]): Promise<string> =>
    (await runGit(['--git-dir', gitdir, ...args], around)).trim()
  try {
    await run('read-tree', base)
    const empty = await run('hash-object', '-w', '/dev/null')
    for (const folder of folders) {
      await run('read-tree', `--prefix=${folder}/`, sourceRef(folder))
      await run('update-index', '--add', '--cacheinfo', `100644,${empty},${folder}/${sourceMarker}`)
    }
    const whole = await run('commit-tree', await run('write-tree'), '-m', `${commit} with its sources`)
    await run('update-ref', `refs/joined/${commit}`, whole)
  } finally {
    await rm(index, { force: true })
  }
  // Loose, as what is pushed: see git-home.ts.
  await runGit(
    [
      ...['--git-dir', target, '-c', 'fetch.unpackLimit=100000', 'fetch', '--quiet', '--no-tags'],
      ...['--no-write-fetch-head', gitdir, `+refs/joined/${commit}:${wholeRef(commit)}`],
    ],
    { ...env, GIT_ALLOW_PROTOCOL: 'file' },
  )
}
