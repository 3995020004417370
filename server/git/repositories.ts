/** The check repositories: bare, one per package, made when first needed. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import git from 'isomorphic-git'
import { fullName, parsePackage, type PackageName } from '../../core/names.ts'
import { inTurns } from '../in-turns.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { prepareGitHome } from './git-home.ts'
import { lackingCommits } from './lacking.ts'
import { commitFacts, isId, readEntry, treeFiles, type CommitFacts, type TreeFile } from './objects.ts'
import { withObjects, type ObjectReader, type Place } from './object-reader.ts'
import { refsSignature } from './refs-signature.ts'
import { runGit } from './run-git.ts'
import { treeChanges, type TreeChanges } from './tree-changes.ts'
import { treeTar } from './tree-tar.ts'
import { wantedEntries, type Wanted } from './wanted-entries.ts'
import { sourceJoiner, wholeOf, type SourceJoiner } from './whole-tree.ts'

/** For pages. */
const limits = { files: 2_000, fileBytes: 1024 ** 2, changedFiles: 100 }
/** gits that read at a time, for pages of whole trees and for single things; whoever asks for more waits a moment. */
const readers = { trees: 4, things: 8 }
/** Of a repository without branches. */
const firstBranch = 'main'

export interface Heads {
  /** The branch that HEAD names, whether it exists or not. */
  head: string | null
  /** Commit by branch. */
  branches: Map<string, string>
}

export type Repositories = ReturnType<typeof repositories>

/** The repositories below `folder`. Names were parsed: they cannot lead out of it. */
export function repositories(folder: string) {
  // No namespace begins with a dot.
  const own = join(folder, '.assay')
  const fetching = join(own, 'sources')
  const path = ({ namespace, name }: PackageName): string => join(folder, namespace, `${name}.git`)
  const stagingPath = ({ namespace, name }: PackageName): string =>
    join(own, 'upstreams', namespace, `${name}.git`)
  const alone = oneAtATime()
  const pushes = new Map<string, number>()
  const settled = new Map<string, string>()
  let home: Promise<NodeJS.ProcessEnv> | undefined
  /** Fetched sources serve one registration: what is there belonged to a server that was killed. */
  const prepareHome = async (): Promise<NodeJS.ProcessEnv> => {
    await rm(fetching, { recursive: true, force: true })
    return prepareGitHome(own)
  }
  const environment = (): Promise<NodeJS.ProcessEnv> => {
    home ??= prepareHome().catch((error: unknown) => {
      home = undefined
      throw error
    })
    return home
  }
  const place = async (name: PackageName): Promise<Place> => ({
    gitdir: path(name),
    env: await environment(),
  })
  const turns = { trees: inTurns(readers.trees), things: inTurns(readers.things) }
  const reading = async <T>(
    what: keyof typeof turns,
    name: PackageName,
    work: (objects: ObjectReader) => Promise<T>,
  ): Promise<T> => {
    const found = await place(name)
    return turns[what](() => withObjects(found, work))
  }

  const make = async (target: string): Promise<string> => {
    await alone(target, async () => {
      if (await exists(target)) return
      const draft = join(own, `new-${randomUUID()}`)
      const env = await environment()
      await runGit(['init', '-q', '--bare', '--template=', `--initial-branch=${firstBranch}`, draft], env)
      await mkdir(dirname(target), { recursive: true })
      await rename(draft, target)
    })
    return target
  }

  return {
    path,
    lacking: lackingCommits(join(own, 'lacking')),
    /** For the real git: nothing of the server's own environment but PATH. */
    environment,

    /** Makes the repository if it is not there, whole or not at all. Returns its path. */
    ensure: (name: PackageName): Promise<string> => make(path(name)),

    /** A repository beside the package's own, for what is fetched from elsewhere and was not judged yet. */
    staging: (name: PackageName): Promise<string> => make(stagingPath(name)),

    /** It can be fetched again. */
    async dropStaging(name: PackageName): Promise<void> {
      const target = stagingPath(name)
      await alone(target, () => rm(target, { recursive: true, force: true }))
    },

    /** Its branches now; none where there is no repository. */
    async heads(name: PackageName): Promise<Heads> {
      const gitdir = path(name)
      if (!(await exists(gitdir))) return { head: null, branches: new Map() }
      const branches = new Map<string, string>()
      for (const branch of await git.listBranches({ fs, gitdir })) {
        const oid = await git.resolveRef({ fs, gitdir, ref: `refs/heads/${branch}` }).catch(() => null)
        if (oid !== null) branches.set(branch, oid)
      }
      return { head: (await git.currentBranch({ fs, gitdir })) ?? null, branches }
    },

    /** Makes HEAD name `branch`: what a clone checks out. */
    async setHead(name: PackageName, branch: string): Promise<void> {
      await runGit(
        ['--git-dir', path(name), 'symbolic-ref', 'HEAD', `refs/heads/${branch}`],
        await environment(),
      )
    },

    async commit(name: PackageName, commit: string): Promise<CommitFacts | null> {
      if (!isId(commit) || !(await exists(path(name)))) return null
      return reading('things', name, (objects) => commitFacts(objects, commit))
    },

    /** The files of a commit that exists, in git's order: the first 2000. */
    files: (name: PackageName, commit: string): Promise<TreeFile[]> =>
      reading('trees', name, (objects) => treeFiles(objects, commit, limits.files)),

    /** What `to` changed since `from`, both commits that exist: the first 100 files. */
    changes: (name: PackageName, from: string, to: string): Promise<TreeChanges> =>
      reading('trees', name, (objects) => treeChanges(objects, from, to, limits.changedFiles)),

    /** Content of a file of at most 1 MiB; null: there is none. */
    async file(name: PackageName, commit: string, filePath: string): Promise<Buffer | null> {
      const found = await reading('things', name, (objects) =>
        readEntry(objects, commit, filePath, limits.fileBytes),
      )
      return found?.bytes ?? null
    },

    /** What stands at `filePath`, its content only if it has at most `limit` bytes; null: nothing. */
    entry: (name: PackageName, commit: string, filePath: string, limit: number) =>
      reading('things', name, (objects) => readEntry(objects, commit, filePath, limit)),

    /** What stands at the paths that are wanted, of a commit that exists and of what it was joined with. */
    async entries(name: PackageName, commit: string, wanted: Wanted) {
      const whole = await wholeOf(path(name), commit)
      return reading('things', name, (objects) => wantedEntries(objects, whole, wanted))
    },

    /** Joins a commit with what its checks take from elsewhere, as more of that becomes known: see whole-tree.ts. */
    async whileJoining<T>(
      name: PackageName,
      { commit, signal }: { commit: string; signal: AbortSignal },
      work: (join: SourceJoiner) => Promise<T>,
    ): Promise<T> {
      const gitdir = join(fetching, randomUUID())
      await make(gitdir)
      try {
        return await work(
          sourceJoiner({ gitdir, target: path(name), env: await environment(), signal }, commit),
        )
      } finally {
        await rm(gitdir, { recursive: true, force: true })
      }
    },

    /** Reading ends when the stream is closed or `signal` is aborted. */
    treeTar: (name: PackageName, commit: string, signal?: AbortSignal): Readable =>
      treeTar(() => place(name), commit, signal),

    /** While `work` goes on a push is under way: who registers missed pushes leaves the repository alone. */
    async whilePushing<T>(name: PackageName, work: () => Promise<T>): Promise<T> {
      const key = fullName(name)
      pushes.set(key, (pushes.get(key) ?? 0) + 1)
      try {
        return await work()
      } finally {
        const left = (pushes.get(key) ?? 1) - 1
        if (left > 0) pushes.set(key, left)
        else pushes.delete(key)
      }
    },

    /** Repositories whose branches may have changed since `settle()` was last called for them: a few stats each. */
    async *unsettled(): AsyncGenerator<{ name: PackageName; settle: () => void }> {
      for (const name of await everyName(folder)) {
        const key = fullName(name)
        if (pushes.has(key)) continue
        const signature = await refsSignature(path(name))
        if (signature !== null && settled.get(key) === signature) continue
        yield {
          name,
          settle: () => {
            if (signature !== null) settled.set(key, signature)
          },
        }
      }
    },
  }
}

const exists = (gitdir: string): Promise<boolean> =>
  access(join(gitdir, 'HEAD')).then(
    () => true,
    () => false,
  )

async function everyName(folder: string): Promise<PackageName[]> {
  const names: PackageName[] = []
  for (const namespace of await listFolder(folder))
    for (const repository of namespace.startsWith('.') ? [] : await listFolder(join(folder, namespace)))
      if (repository.endsWith('.git')) names.push(...nameOf(`${namespace}/${repository.slice(0, -4)}`))
  return names
}

/** None for a folder that somebody else put there. */
function nameOf(text: string): PackageName[] {
  try {
    return [parsePackage(text)]
  } catch {
    return []
  }
}

const listFolder = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) return []
    throw error
  })
