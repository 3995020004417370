/**
 * A week on a distribution's bus, the same at every run: what is sent, and what its checks will say. Builds come at random,
 * most of them of few packages; in the middle of the week a mass rebuild builds everything. Buses repeat and mix up.
 */
import { random, skewed } from '../../../bench/random.ts'

export interface Scale {
  packages: number
  /** Apart from those of the mass rebuild, which builds each package once. */
  builds: number
}

export interface WeekPackage {
  name: string
  maintainers: string[]
  checks: string[]
}

export type Verdict = 'holds' | 'broken' | 'unjudged'

export interface WeekBuild {
  number: number
  package: WeekPackage
  /** Version and release, without the epoch. */
  version: string
  release: string
  /** Minute in which it is announced first. */
  minute: number
  /** Of each check of the package, and of the one that is for all packages: minutes that it takes, and what it says. */
  says: Map<string, { takes: number; verdict: Verdict }>
}

export interface WeekMessage {
  minute: number
  topic: string
  id: string
  body: object | string
}

export interface Week {
  packages: WeekPackage[]
  /** Those that call for checks. */
  builds: WeekBuild[]
  messages: WeekMessage[]
}

export const minutes = 7 * 24 * 60
/** The check of a shared repository. */
export const shared = 'lint'
const state = 'org.fedoraproject.prod.buildsys.build.state.change'
const rebuild = { start: 3 * 24 * 60, length: 18 * 60 }
/** How often: as a share of all builds or of all verdicts. */
const shares = {
  stranger: 0.3,
  unwanted: 0.02,
  failed: 0.15,
  repeated: 0.03,
  late: 0.02,
  malformed: 0.002,
  chatter: 0.5,
  breaks: 0.006,
  breaksInRebuild: 0.02,
  mends: 0.6,
  unjudged: 0.003,
}

export function weekOf({ packages: count, builds: usual }: Scale): Week {
  const packages = Array.from({ length: count }, (_, at) => packageAt(at, count))
  const builds = [
    ...Array.from({ length: usual }, (_, at) => usualBuild(at, usual, packages)),
    ...packages.map((one, at) => rebuiltBuild(one, at, count)),
  ].sort((one, other) => one.minute - other.minute)
  builds.forEach((build, number) => (build.number = number + 1))
  letChecksSpeak(builds)
  const messages = [...builds.flatMap(announced), ...noise(builds.length)]
  return { packages, builds, messages: messages.sort((one, other) => one.minute - other.minute) }
}

function packageAt(at: number, count: number): WeekPackage {
  const people = Math.ceil(count / 12)
  const person = (seed: number): string => `user${skewed(seed, people)}`
  const maintainers = new Set([person(at), ...(random(at + 11) < 0.4 ? [person(at + 100_003)] : [])])
  const checks = ['smoke', ...(random(at + 17) < 0.3 ? ['upgrade'] : [])]
  return { name: `package${at}`, maintainers: [...maintainers], checks }
}

const bare = { number: 0, says: new Map<string, never>() }

function usualBuild(at: number, count: number, packages: readonly WeekPackage[]): WeekBuild {
  const one = packages[skewed(at + 29, packages.length)]!
  // At night half the world sleeps.
  const day = Math.floor((at / count) * 7)
  const minute = day * 1440 + Math.floor(1440 * Math.sqrt(random(at + 31)))
  return { ...bare, package: one, version: `1.${at}-1.fc43`, release: 'f43', minute }
}

function rebuiltBuild(one: WeekPackage, at: number, count: number): WeekBuild {
  const minute = rebuild.start + Math.floor((at / count) * rebuild.length)
  return { ...bare, package: one, version: `1.${at}.rebuilt-2.fc44`, release: 'f44', minute }
}

/** A check that holds breaks now and then, and one that is broken is mended before long. */
function letChecksSpeak(builds: WeekBuild[]): void {
  const broken = new Set<string>()
  const ripe = new Map<string, Set<string>>()
  for (const build of builds) {
    const { number, package: one, release } = build
    const isRebuilt = release === 'f44'
    build.says = new Map(
      [...one.checks, shared].map((check, at) => {
        const speaker = `${one.name} ${release} ${check}`
        const seed = number * 7 + at
        const breaks = random(seed) < (isRebuilt ? shares.breaksInRebuild : shares.breaks)
        const mends = random(seed + 3) < shares.mends
        if (broken.has(speaker) ? mends : breaks) {
          if (!broken.delete(speaker)) broken.add(speaker)
        }
        const verdict =
          random(seed + 5) < shares.unjudged ? 'unjudged' : broken.has(speaker) ? 'broken' : 'holds'
        return [check, { takes: 2 + skewed(seed + 7, 40), verdict }]
      }),
    )
    // Two builds of a package of which everything is known in the same minute have no order that anybody could name.
    const known = ripe.get(one.name) ?? new Set<string>()
    for (const times of build.says.values()) while (known.has(timesOf(build))) times.takes++
    ripe.set(one.name, known.add(timesOf(build)))
  }
}

const timesOf = (build: WeekBuild): string => String(ripeAt(build))

/** Minute in which the last of its checks says what it says. */
export const ripeAt = ({ minute, says }: WeekBuild): number =>
  minute + Math.max(...[...says.values()].map(({ takes }) => takes))

function announced(build: WeekBuild): WeekMessage[] {
  const { minute, number } = build
  const [start, complete] = [bodyOf(build, 0), bodyOf(build, 1)]
  const told = { topic: state, id: `complete-${number}` }
  return [
    { minute: minute - 5, topic: state, id: `start-${number}`, body: start },
    { minute, ...told, body: complete },
    ...(random(number + 37) < shares.repeated
      ? [{ minute: minute + skewed(number + 41, 600), ...told, body: complete }]
      : []),
    // The start is told after the end.
    ...(random(number + 43) < shares.late
      ? [{ minute: minute + 2, topic: state, id: `late-${number}`, body: start }]
      : []),
  ]
}

const bodyOf = ({ number, package: { name }, version, release }: WeekBuild, now: 0 | 1): object => {
  const [upstream = '', packaged = ''] = version.split('-')
  return {
    ...{ build_id: number, name, version: upstream, release: packaged, epoch: null, attribute: 'state' },
    ...{ old: now - 1, new: now, instance: 'primary', owner: `user${number % 50}`, task_id: number },
    request: [`git+https://src.example.org/rpms/${name}.git#${'a'.repeat(40)}`, `${release}-candidate`, {}],
  }
}

/** What calls for nothing: builds of strangers and robots, those that fail, other topics, and nonsense. */
function noise(count: number): WeekMessage[] {
  const some = (share: number, make: (at: number) => Omit<WeekMessage, 'minute' | 'id'>): WeekMessage[] =>
    Array.from({ length: Math.ceil(count * share) }, (_, at) => {
      const minute = Math.floor(random(at * 3 + share * 1000) * minutes)
      return { minute, id: `noise-${share}-${at}`, ...make(at) }
    })
  const build = (at: number, over: object) => ({
    topic: state,
    body: {
      ...{ build_id: 10_000_000 + at, name: 'package0', version: '9', release: `${at}.fc43` },
      ...{ attribute: 'state', old: 0, new: 1, instance: 'primary', owner: 'user1', request: null, ...over },
    },
  })
  return [
    ...some(shares.stranger, (at) => build(at, { name: `stranger${at}` })),
    ...some(shares.unwanted, (at) => build(at + 5_000_000, { owner: 'robot' })),
    ...some(shares.failed, (at) => build(at + 6_000_000, { new: 3 })),
    ...some(shares.chatter, (at) => ({ topic: 'org.fedoraproject.prod.wiki.edit', body: { page: at } })),
    ...some(shares.malformed, (at) => ({ topic: state, body: at % 2 === 0 ? '{"build_id": ' : '{}' })),
  ]
}
