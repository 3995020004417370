/** How many builds came lately, and what that means for the next one. */
import { secondsOf } from '../../core/formats/units.ts'
import { ignored, type Ignored } from '../../core/listening/heard.ts'
import { priorities, type Priority } from '../../core/priority.ts'
import type { Rules } from '../../schemas/types.gen.ts'
import type { Package } from '../store/packages.ts'
import type { Stores } from '../store/stores.ts'

type Limit = NonNullable<Rules['globalLimit']>

/** The limit that another build of `package` would break; null where it breaks none. */
export async function brokenLimit(
  { builds }: Pick<Stores, 'builds'>,
  rules: Rules,
  { id, namespace, name }: Package,
  now: string,
): Promise<Ignored | null> {
  const { packageLimit, globalLimit } = rules
  if (packageLimit && (await isReached(builds, packageLimit, now, id)))
    return ignored('packageLimit', `${namespace}/${name} has had ${said(packageLimit)}.`)
  if (globalLimit && (await isReached(builds, globalLimit, now)))
    return ignored('globalLimit', `The site has had ${said(globalLimit)}.`)
  return null
}

/** While a mass rebuild runs, its executions give way to what is offered by others. */
export async function priorityOf(
  { builds }: Pick<Stores, 'builds'>,
  { massRebuild }: Rules,
  now: string,
): Promise<Priority> {
  return massRebuild && (await isReached(builds, massRebuild, now)) ? priorities.low : priorities.normal
}

async function isReached(
  builds: Stores['builds'],
  { builds: most, within }: Limit,
  now: string,
  packageId?: number,
): Promise<boolean> {
  const since = new Date(Date.parse(now) - secondsOf(within) * 1000).toISOString()
  return (await builds.countSince(since, most, packageId)) >= most
}

const said = ({ builds, within }: Limit): string => `its ${builds} builds within ${within}`
