/** Who is told what about checks, and when. The table in test/core/notify.test.ts is the definition, case by case. */
import type { BuildSeen } from './standing.ts'

/** What a check says about a package and release: the verdict that people were told of, or could have been. */
export interface Word {
  says: 'holds' | 'broken'
  /** The newest build it was said of, and that build's version. */
  buildId: string
  version: string
  /** The version it was said of first. */
  since: string
}

export type Became = 'broken' | 'mended'

/** What is told: a change, or that the service could not judge, which is for its operators. */
export type Told = Became | 'unjudged'

/** The group of users who are told what the service is to blame for. */
export const operators = 'operators'

/**
 * What a verdict on `build` does to the word before it. It is a change when it says otherwise; the first word is one
 * when it is bad. A verdict on a build older than the word's is history: it changes nothing.
 */
export function hear(
  before: Word | null,
  says: Word['says'],
  { id, version }: Pick<BuildSeen, 'id' | 'version'>,
): { word: Word; became: Became | null } {
  if (before && before.buildId > id) return { word: before, became: null }
  if (before?.says === says) return { word: { ...before, buildId: id, version }, became: null }
  const became = says === 'broken' ? 'broken' : before ? 'mended' : null
  return { word: { says, buildId: id, version, since: version }, became }
}

/** What one may ask for, about a package or about all that one maintains. */
export const interests = ['changes', 'failures', 'none'] as const
export type Interest = (typeof interests)[number]

/** Where a subscription is about all packages that its user maintains. */
export const everyPackage = '*'

export interface Subscription {
  user: string
  /** namespace/name, or `*`. */
  package: string
  interest: Interest
}

/** Whom news might reach. */
export interface Circle {
  maintainers: readonly string[]
  subscriptions: readonly Subscription[]
  /** Who asked for the execution; null: a build did. */
  requestedBy: string | null
}

export interface Reader {
  user: string
  because: 'maintainer' | 'follower' | 'operator'
}

/**
 * Who wants to know that a check of `packageName` became `became`: its maintainers unless they said otherwise, and
 * whoever follows it. A word on the package counts before a word on all; whoever asked for the execution knows already.
 */
export function readersOf(
  became: Became,
  packageName: string,
  { maintainers, subscriptions, requestedBy }: Circle,
): Reader[] {
  const asked = (user: string, about: string): Interest | undefined =>
    subscriptions.find((one) => one.user === user && one.package === about)?.interest
  const own = maintainers.map((user) => ({
    ...{ user, because: 'maintainer' as const },
    interest: asked(user, packageName) ?? asked(user, everyPackage) ?? 'changes',
  }))
  const others = subscriptions
    .filter((one) => one.package === packageName && !maintainers.includes(one.user))
    .map(({ user, interest }) => ({ user, because: 'follower' as const, interest }))
  return [...own, ...others]
    .filter(({ user, interest }) => user !== requestedBy && wants(interest, became))
    .map(({ user, because }) => ({ user, because }))
}

/** What whoever asked for it hears; a room of operators may ask for what the service is to blame for. */
const heard: Readonly<Record<Interest | 'errors', readonly Told[]>> = {
  changes: ['broken', 'mended'],
  failures: ['broken'],
  none: [],
  errors: ['unjudged'],
}

export const wants = (interest: keyof typeof heard, told: Told): boolean => heard[interest].includes(told)

/** Messages to one reader within `interval` that are about one build each; more builds than that become one digest. */
export const pace = {
  single: 3,
  /** Milliseconds. */
  interval: 3_600_000,
  /** Milliseconds that news waits for more to go with it. */
  gathering: 2 * 60_000,
  /** The same of what a mass rebuild changed: nobody acts on each of its builds as it comes. */
  rebuildGathering: 12 * 3_600_000,
  /** Milliseconds that the checks of a build may take before people are told of those that are done. */
  deadline: 6 * 3_600_000,
}

/** News that waits for one reader. */
export interface Waiting {
  builds: number
  /** When the oldest of it was written. */
  oldest: string
  /** Whether it is of builds that gave way to others, as those of a mass rebuild do. */
  gaveWay: boolean
}

/** How news of `builds` builds, the oldest from `oldest`, goes to a reader who was written to at the times `told`. */
export function deliveryOf(
  { builds, oldest, gaveWay }: Waiting,
  told: readonly string[],
  now: string,
): 'wait' | 'each' | 'digest' {
  const age = (time: string): number => Date.parse(now) - Date.parse(time)
  const lately = told.filter((time) => age(time) < pace.interval).length
  if (gaveWay) return age(oldest) < pace.rebuildGathering ? 'wait' : 'digest'
  if (age(oldest) < pace.gathering) return 'wait'
  if (builds + lately <= pace.single) return 'each'
  return lately === 0 ? 'digest' : 'wait'
}
