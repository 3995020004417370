/** A push is in: what its branches declare now is what runs from now on. Safe to repeat, also at the same time. */
import type { Check } from '../../core/check.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { defaultBranch } from '../git/default-branch.ts'
import type { Lacking } from '../git/lacking.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import type { Services } from '../services.ts'
import type { Registration } from '../store/registrations.ts'
import { readChecks, type Declared } from './read-checks.ts'

type Needs = Pick<
  Services,
  'config' | 'log' | 'now' | 'readTree' | 'repositories' | 'settings' | 'stores' | 'transaction'
>

const alone = oneAtATime()
const never = new AbortController().signal

export interface Registered {
  current: (Registration & { isDefault: boolean })[]
  /** What checks of the branches that were read take from elsewhere and do not get, in words. */
  lacking: string[]
}

/**
 * Registers every branch of the repository whose head is not what is registered, forgets those that are gone, and returns
 * what is current now. Looks at the repository itself: calls may come late, twice or in another order than the pushes.
 */
export function registerPush(
  services: Needs,
  name: PackageName,
  pushedBy: string | null,
): Promise<Registered> {
  return inTurn(services, name, () => register(services, name, { pushedBy, due: new Map(), signal: never }))
}

/** Registers branches anew that lack something from elsewhere, which may be there by now. */
export function registerLacking(
  services: Needs,
  name: PackageName,
  signal: AbortSignal = never,
): Promise<Registered> {
  return inTurn(services, name, async () =>
    register(services, name, {
      ...{ pushedBy: null, due: await services.repositories.lacking.of(name), signal },
    }),
  )
}

const inTurn = <T>({ config }: Needs, name: PackageName, work: () => Promise<T>): Promise<T> =>
  alone(`${config.data}\0${fullName(name)}`, work)

interface Push {
  pushedBy: string | null
  /** Commits that are read though they are registered. */
  due: Lacking
  signal: AbortSignal
}

async function register(
  services: Needs,
  name: PackageName,
  { pushedBy, due, signal }: Push,
): Promise<Registered> {
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
  const declared = new Map<string, Declared>()
  const moved: { branch: string; commit: string; checks: Check[] }[] = []
  for (const [branch, commit] of branches) {
    if (known.get(branch) === commit && !due.has(commit)) continue
    const found = declared.get(commit) ?? (await readChecks(services, name, { commit, signal }))
    declared.set(commit, found)
    if (known.get(branch) !== commit || hasChanged(before, branch, found.checks))
      moved.push({ branch, commit, checks: found.checks })
  }
  // First: who dies between the two reads it all again.
  const lacked = await repositories.lacking.of(name)
  await repositories.lacking.set(name, stillLacking(lacked, branches, declared))
  await transaction(async ({ registrations }) => {
    for (const branch of gone) await registrations.drop(packageId, branch)
    for (const one of moved)
      await registrations.add({ packageId, pushedBy, createdAt: now(), ...one }, one.branch === byDefault)
    if (byDefault !== null) await registrations.setDefault(packageId, byDefault)
  })
  if (byDefault !== null && byDefault !== head) await repositories.setHead(name, byDefault)
  return {
    current: await stores.registrations.current(packageId),
    lacking: [...new Set([...declared.values()].flatMap(({ lacking }) => lacking))],
  }
}

const hasChanged = (before: readonly Registration[], branch: string, checks: readonly Check[]): boolean =>
  JSON.stringify(before.find((one) => one.branch === branch)?.checks) !== JSON.stringify(checks)

/** What commits that are branches still lacked when they were read last. */
function stillLacking(
  before: Lacking,
  branches: ReadonlyMap<string, string>,
  declared: ReadonlyMap<string, Declared>,
): Lacking {
  const now = [...new Set(branches.values())].map(
    (commit) => [commit, declared.get(commit)?.lacking ?? before.get(commit) ?? []] as const,
  )
  return new Map(now.filter(([, lacking]) => lacking.length > 0))
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
