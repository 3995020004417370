/** A push is in: what its branches declare now is what runs from now on. Safe to repeat, also at the same time. */
import type { Check } from '../../core/check.ts'
import { limits } from '../../core/formats/limits.ts'
import type { Entry } from '../../core/formats/manifest-file.ts'
import { fmfMarker, isFmfFile, isStiFile, readFiles, stiFolder } from '../../core/formats/manifest-name.ts'
import { readRepository } from '../../core/formats/repository.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { defaultBranch } from '../git/default-branch.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Services } from '../services.ts'
import type { Registration } from '../store/registrations.ts'

type Needs = Pick<Services, 'config' | 'log' | 'now' | 'repositories' | 'stores' | 'transaction'>

const alone = oneAtATime()

/**
 * Registers every branch of the repository whose head is not what is registered, forgets those that are gone, and returns
 * what is current now. Looks at the repository itself: calls may come late, twice or in another order than the pushes.
 */
export function registerPush(
  services: Needs,
  name: PackageName,
  pushedBy: string | null,
): Promise<(Registration & { isDefault: boolean })[]> {
  return alone(`${services.config.data}\0${fullName(name)}`, () => register(services, name, pushedBy))
}

async function register(services: Needs, name: PackageName, pushedBy: string | null) {
  const { repositories, stores, transaction, now } = services
  const { id: packageId } = await stores.packages.get(name)
  const before = await stores.registrations.current(packageId)
  const { head, branches } = await repositories.heads(name)
  const byDefault = defaultBranch([...branches.keys()], {
    head,
    before: before.find(({ isDefault }) => isDefault)?.branch ?? null,
  })
  const known = new Map(before.map(({ branch, commit }) => [branch, commit]))
  const gone = [...known.keys()].filter((branch) => !branches.has(branch))
  // Often several branches are at one commit.
  const declared = new Map<string, Promise<Check[]>>()
  const checksAt = (commit: string): Promise<Check[]> => {
    const reading = declared.get(commit) ?? readChecks(services, name, commit)
    declared.set(commit, reading)
    return reading
  }
  const moved: { branch: string; commit: string; checks: Check[] }[] = []
  for (const [branch, commit] of branches)
    if (known.get(branch) !== commit) moved.push({ branch, commit, checks: await checksAt(commit) })
  await transaction(async ({ registrations }) => {
    for (const branch of gone) await registrations.drop(packageId, branch)
    for (const one of moved)
      await registrations.add({ packageId, pushedBy, createdAt: now(), ...one }, one.branch === byDefault)
    if (byDefault !== null) await registrations.setDefault(packageId, byDefault)
  })
  if (byDefault !== null && byDefault !== head) await repositories.setHead(name, byDefault)
  return stores.registrations.current(packageId)
}

/** What `commit` declares. What the hook would have refused declares nothing: it came in by another door. */
async function readChecks(
  { repositories, log }: Needs,
  repository: PackageName,
  commit: string,
): Promise<Check[]> {
  if (!(await repositories.commit(repository, commit)))
    throw new Error(`commit ${commit} is missing from the repository of ${fullName(repository)}`)
  const entries = new Map<string, Entry>()
  for (const path of readFiles) {
    const found = await repositories.entry(repository, commit, path, limits.manifestBytes)
    if (found) entries.set(path, { ...found, kind: kindOf(found.mode) })
  }
  const hasTmt = (await repositories.entry(repository, commit, fmfMarker, 0)) !== null
  const wanted = {
    isWanted: (path: string): boolean => (hasTmt && isFmfFile(path)) || isStiFile(path),
    isEntered: (path: string): boolean => hasTmt || `${path}/` === stiFolder,
    ...{ fileBytes: limits.manifestBytes, allBytes: limits.fmfBytes },
  }
  for (const [path, found] of await repositories.entries(repository, commit, wanted))
    entries.set(path, { ...found, kind: kindOf(found.mode) })
  const { checks, faults } = readRepository(entries, { repository })
  if (faults.length > 0)
    log.warn(
      { repository: fullName(repository), commit, faults },
      'a commit that no hook has seen declares no checks',
    )
  return checks
}

function kindOf(mode: string): Entry['kind'] {
  if (mode === '120000') return 'link'
  if (mode === '160000') return 'submodule'
  return mode.startsWith('100') ? 'file' : 'folder'
}

/** Registers pushes whose post-receive call got lost: repositories whose branches are not what is registered. */
export async function registerMissedPushes(services: Needs): Promise<void> {
  for await (const { name, settle } of services.repositories.unsettled()) {
    // Of a package that was removed the repository stays, in case the package comes back.
    if (!(await services.stores.packages.find(name))) continue
    try {
      await registerPush(services, name, null)
      settle()
    } catch (error) {
      services.log.error({ err: error, repository: fullName(name) }, 'a repository cannot be registered')
    }
  }
}
