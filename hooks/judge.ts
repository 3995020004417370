/** Judges a push by what is in quarantine, without asking the server: everything that is wrong with it at once. */
import type { CheckBounds } from '../core/check-bounds.ts'
import { limits } from '../core/formats/limits.ts'
import { printable } from '../core/formats/show-faults.ts'
import type { PackageName } from '../core/names.ts'
import type { RefUpdate } from '../schemas/types.gen.ts'
import { findLargeFiles } from './large-files.ts'
import { lookAtTree, type LookedAt } from './look-at-tree.ts'
import { protectBranches, type Allowed } from './protect.ts'
import { refuseObjects } from './pushed-objects.ts'
import { refuseRefs } from './pushed-refs.ts'
import type { ManifestJudge } from './read-manifests.ts'
import { branchOf, isDeletion, Refusal } from './updates.ts'

/** More would hide what they say. */
const mostRefusals = 20

export interface Verdict {
  /** Blocks of text; none: the push is taken. */
  refusals: string[]
  notes: string[]
}

export interface Circumstances {
  allowed: Allowed
  /** What checks may ask for. */
  bounds: CheckBounds
}

/** Tags are taken where they are of commits; checks come from branches. */
export async function judge(
  updates: readonly RefUpdate[],
  repository: PackageName,
  { allowed, bounds }: Circumstances,
): Promise<Verdict> {
  const arriving = updates.filter((update) => !isDeletion(update))
  const branchesOf = branchesByCommit(arriving)
  // What follows reads whatever refs lead to: first it must be of a kind and a size to be read.
  const unreadable = [...refuseRefs(updates), ...(await refuseObjects(arriving))]
  if (unreadable.length > 0) return { refusals: unreadable.slice(0, mostRefusals), notes: [] }
  const seeing = Promise.all([
    protectBranches(updates, repository, allowed),
    findLargeFiles([...new Set(arriving.map(({ after }) => after))]),
    lookAtTrees([...branchesOf.keys()]),
  ])
  // Loaded while git looks, and only where there is a branch to judge.
  const loading = branchesOf.size > 0 ? import('./read-manifests.ts') : null
  const [forbidden, large, trees] = await seeing
  const tooLarge = large.map(
    (path) =>
      `${printable(path)} has more than ${limits.fileBytes / 1024 ** 2} MiB. Keep it elsewhere and fetch it in the check; take it out of every commit that is not pushed yet (git rm --cached, git commit --amend).`,
  )
  const refusals = [...forbidden, ...tooLarge]
  const notes = aboutOthers(arriving)
  if (!loading) return { refusals, notes }
  const { manifestJudge } = await loading
  const branches = await judgeBranches(branchesOf, trees, manifestJudge(repository, bounds))
  return { refusals: [...refusals, ...branches.refusals], notes: [...branches.notes, ...notes] }
}

/** Tags: kept, and nothing more. */
function aboutOthers(arriving: readonly RefUpdate[]): string[] {
  const others = arriving.filter((update) => branchOf(update) === null).map(({ ref }) => ref)
  return others.length === 0
    ? []
    : [`kept, and nothing runs from it, because checks come from branches: ${listed(others)}`]
}

/** Branches by the commit that they shall be at. Throws a Refusal for names and numbers that nobody needs. */
function branchesByCommit(arriving: readonly RefUpdate[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let count = 0
  for (const update of arriving) {
    const branch = branchOf(update)
    if (branch === null) continue
    // The replacement character stands for bytes that are no UTF-8.
    if (branch.length > limits.branchName || branch.includes('\u{FFFD}'))
      throw new Refusal(
        `${printable(branch.slice(0, 50))}… is too strange a name for a branch: call it like a release, such as bookworm.`,
      )
    if ((count += 1) > limits.branches)
      throw new Refusal(`More than ${limits.branches} branches in one push: push fewer at a time.`)
    found.set(update.after, [...(found.get(update.after) ?? []), branch])
  }
  return found
}

async function lookAtTrees(commits: readonly string[]): Promise<Map<string, LookedAt>> {
  const trees = new Map<string, LookedAt>()
  for (const commit of commits) trees.set(commit, await lookAtTree(commit))
  return trees
}

/** What is wrong with the branches, each mistake once, and what their pusher should know. */
async function judgeBranches(
  branchesOf: ReadonlyMap<string, string[]>,
  trees: ReadonlyMap<string, LookedAt>,
  judgeManifest: ManifestJudge,
): Promise<Verdict> {
  const mistakes = new Map<string, string[]>()
  const notes = new Map<string, string[]>()
  const add = (to: Map<string, string[]>, text: string, branches: readonly string[]): void => {
    to.set(text, [...(to.get(text) ?? []), ...branches])
  }
  for (const [commit, tree] of trees) {
    const branches = branchesOf.get(commit) ?? []
    const judged =
      tree.refusal === null ? await judgeManifest(tree.declaring) : { mistakes: tree.refusal, notes: [] }
    if (judged.mistakes !== null) add(mistakes, judged.mistakes, branches)
    // Names of files are in it, and of whatever else was pushed.
    for (const note of [...judged.notes, ...tree.notes]) add(notes, printable(note), branches)
  }
  const lines = (from: Map<string, string[]>): string[] =>
    [...from].map(([text, branches]) => `${listed(branches)}: ${text}`)
  return { refusals: lines(mistakes), notes: lines(notes) }
}

const listed = (branches: readonly string[]): string =>
  printable(branches.slice(0, 5).join(', ')) + (branches.length > 5 ? ` and ${branches.length - 5} more` : '')
