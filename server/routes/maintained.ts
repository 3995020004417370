/** What somebody maintains: packages, their latest builds and what ran for them, in three statements. */
import { NotFound } from '../../core/errors.ts'
import type { Services } from '../services.ts'
import { maintainerNames } from '../user-names.ts'

/** Packages of one person, and builds of each release of them. */
const limits = { packages: 200, builds: 3 }

/** The user, or the `@group`, that an address names; throws NOT_FOUND: what cannot be a name names nobody. */
export function maintainerOf({ user }: { user: string }): string {
  try {
    const [name = ''] = maintainerNames([user])
    return name
  } catch {
    throw new NotFound('maintainer', user.slice(0, 128))
  }
}

/** Throws NOT_FOUND for who maintains nothing. */
export async function maintained({ stores }: Pick<Services, 'stores'>, user: string) {
  const packages = await stores.packages.ofMaintainer(user, limits.packages)
  if (packages.length === 0) throw new NotFound('maintainer', user)
  const ids = packages.map(({ id }) => id)
  const builds = await stores.overviews.latestPerRelease(ids, limits.builds)
  const executions = await stores.overviews.executionsOf(builds.map(({ id }) => id))
  return { packages, builds, executions }
}
