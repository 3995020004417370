/** What a repository takes of the disk, and how it gets rid of what nothing leads to any more. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { runGit } from './run-git.ts'
import { ownRefs } from './whole-tree.ts'

const execute = promisify(execFile)

/** What is younger may belong to a push that is under way. */
const prunedAfter = '1.hour.ago'
/** Milliseconds. */
const patience = 15 * 60_000

interface Repository {
  gitdir: string
  env: NodeJS.ProcessEnv
}

/** Bytes of its objects, those included that nothing leads to. */
export async function bytesOf({ gitdir, env }: Repository): Promise<number> {
  const said = await runGit(['--git-dir', gitdir, 'count-objects', '-v'], env)
  const kibi = [...said.matchAll(/^(?:size|size-pack|size-garbage): (\d+)$/gm)].map(([, count]) =>
    Number(count),
  )
  return 1024 * kibi.reduce((sum, one) => sum + one, 0)
}

/** Keeps what branches and tags lead to, and the commits `inUse` with what was joined with them. */
export async function collectGarbage(
  repository: Repository,
  inUse: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { gitdir, env } = repository
  await keepInUse(repository, inUse)
  const args = ['--git-dir', gitdir, 'gc', '--quiet', `--prune=${prunedAfter}`]
  await execute('git', args, { env, timeout: patience, signal })
}

/** Refs of our own, which nobody can push or fetch: one for each commit in use, and none for what was joined with others. */
async function keepInUse(repository: Repository, inUse: ReadonlySet<string>): Promise<void> {
  const { gitdir, env } = repository
  const git = (...args: string[]): Promise<string> => runGit(['--git-dir', gitdir, ...args], env)
  const own = (await git('for-each-ref', '--format=%(refname)', ownRefs)).split('\n').filter(Boolean)
  for (const ref of own) {
    const commit = ref.slice(ref.lastIndexOf('/') + 1)
    if (!inUse.has(commit) && (isUsed(ref) || !(await isLedTo(git, commit))))
      await git('update-ref', '-d', ref)
  }
  for (const commit of inUse)
    if (await exists(git, commit)) await git('update-ref', `${usedRefs}/${commit}`, commit)
}

const usedRefs = `${ownRefs}/used`
const isUsed = (ref: string): boolean => ref.startsWith(`${usedRefs}/`)

type Git = (...args: string[]) => Promise<string>

const exists = (git: Git, commit: string): Promise<boolean> =>
  git('cat-file', '-e', `${commit}^{commit}`).then(
    () => true,
    () => false,
  )

/** Whether a branch or a tag leads to it. */
const isLedTo = async (git: Git, commit: string): Promise<boolean> =>
  (await exists(git, commit)) &&
  (await git('for-each-ref', '--count=1', `--contains=${commit}`, 'refs/heads', 'refs/tags')) !== ''
