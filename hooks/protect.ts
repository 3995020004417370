/** What a push may not do to branches that releases run from, and how many refs a repository may have. */
import { limits } from '../core/formats/limits.ts'
import { printable } from '../core/formats/show-faults.ts'
import { fullName, isReleaseName, type PackageName } from '../core/names.ts'
import type { RefUpdate } from '../schemas/types.gen.ts'
import { gitRecords } from './git-records.ts'
import { branchOf, isCreation, isDeletion, Refusal } from './updates.ts'

/** What the site or the package allows. */
export interface Allowed {
  force: boolean
  deletion: boolean
}

/** Reads what the server tells its hooks: words with spaces between. */
export const readAllowed = (text: string): Allowed => ({
  force: text.split(' ').includes('force'),
  deletion: text.split(' ').includes('deletion'),
})

/** Why `updates` are refused as they treat branches; none: they may. Throws a Refusal where the repository gets too full. */
export async function protectBranches(
  updates: readonly RefUpdate[],
  repository: PackageName,
  allowed: Allowed,
): Promise<string[]> {
  if (updates.some(isCreation)) await countRefs(updates)
  const refusals: string[] = []
  const byDefault = await defaultBranch()
  const change = `assay package change ${fullName(repository)}`
  for (const update of updates) {
    const branch = branchOf(update)
    if (branch === null || !(isReleaseName(branch) || branch === byDefault)) continue
    if (isDeletion(update)) {
      if (!allowed.deletion) refusals.push(deletionRefused(branch, change))
    } else if (!allowed.force && !isCreation(update) && !(await isForward(update)))
      refusals.push(forceRefused(branch, change))
  }
  return refusals
}

const forceRefused = (branch: string, change: string): string =>
  `${printable(branch)} would lose commits that are on the server, and builds run what this branch declares: take them in (git pull --rebase) and push without --force. An admin can allow it: \`${change} --force-push yes\`.`

const deletionRefused = (branch: string, change: string): string =>
  `${printable(branch)} cannot be deleted, because builds run what this branch declares: push a commit without checks if nothing shall run. An admin can allow it: \`${change} --delete-branches yes\`.`

/** The branch that HEAD names; null where it names none. */
async function defaultBranch(): Promise<string | null> {
  for await (const line of gitRecords({
    args: ['rev-parse', '--symbolic-full-name', 'HEAD'],
    separator: '\n',
  }))
    return branchOf({ ref: line, before: '', after: '' })
  return null
}

/** Whether all that was there before is still there after. */
async function isForward({ before, after }: RefUpdate): Promise<boolean> {
  const args = ['rev-list', '--max-count=1', before, `^${after}`]
  for await (const lost of gitRecords({ args, separator: '\n' })) return lost === ''
  return true
}

async function countRefs(updates: readonly RefUpdate[]): Promise<void> {
  const balance = (which: readonly RefUpdate[]): number =>
    which.filter(isCreation).length - which.filter(isDeletion).length
  const count = { refs: balance(updates), branches: balance(updates.filter((one) => branchOf(one) !== null)) }
  for await (const ref of gitRecords({ args: ['for-each-ref', '--format=%(refname)'], separator: '\n' })) {
    count.refs += 1
    if (branchOf({ ref, before: '', after: '' }) !== null) count.branches += 1
  }
  if (count.branches > limits.branches)
    throw new Refusal(
      `This repository would have ${count.branches} branches, more than ${limits.branches}: delete some that no release needs any more.`,
    )
  if (count.refs > limits.refs)
    throw new Refusal(
      `This repository would have ${count.refs} branches and tags, more than ${limits.refs}: delete some tags.`,
    )
}
