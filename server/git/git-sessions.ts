/** git at work in check repositories, over HTTP and ssh alike: who gets in, what git finds around it, how many at a time. */
import { AppError } from '../../core/errors.ts'
import { boundsOf } from '../../core/check-bounds.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import type { Settings } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'
import { userRate } from '../user-rate.ts'
import { gitSlots } from './git-slots.ts'
import { hookEnvironment } from './hook-environment.ts'
import type { Service } from './bounded-git.ts'

export interface GitSession {
  /** Path of the repository, which exists. */
  gitdir: string
  env: NodeJS.ProcessEnv
}

export interface Wanted {
  service: Service
  found: Package
  /** Who pushes; null: a reader, whom nobody asks. */
  user: string | null
  /** Whose clones and fetches are counted together; null: those of the server's own host, which are not. */
  reader: string | null
  /** Whether the pack of a push comes now: over HTTP git only looks first. */
  isPack: boolean
}

export type GitSessions = ReturnType<typeof gitSessions>

/** Of one user, unless the site's settings say otherwise. */
const pushesPerMinute = 60

export function gitSessions({ config, repositories, room, settings, stores, now }: Services) {
  const slots = gitSlots()
  const perMinute = (): number => settings.pushes?.perMinute ?? pushesPerMinute
  const rate = userRate({
    perMinute,
    now: () => Date.parse(now()),
    refuse: (user, seconds) => tooManyPushes(user, perMinute(), seconds),
  })
  return {
    /** The package whose repository is asked for. Throws UNKNOWN_PACKAGE with what would add it. */
    async find(name: PackageName): Promise<Package> {
      const found = await stores.packages.find(name)
      if (!found) throw unknown(name)
      return found
    },

    /**
     * Runs `work` while a place is taken for it. Throws BUSY and TOO_MANY_AT_ONCE when there is none, TOO_MANY_PUSHES, and
     * KEPT_ELSEWHERE.
     */
    async open<T>(
      { service, found, user, reader, isPack }: Wanted,
      work: (session: GitSession) => Promise<T>,
    ): Promise<T> {
      if (service === 'git-receive-pack' && found.keptAt !== null) throw keptElsewhere(found, found.keptAt)
      if (user !== null) (isPack ? rate.count : rate.assertMay)(user)
      const leave = slots.take(service === 'git-receive-pack', user ?? reader)
      try {
        const gitdir = await repositories.ensure(found)
        const full = isPack && service === 'git-receive-pack' ? await room.lack(found) : null
        const env = {
          ...(await repositories.environment()),
          ...hookEnvironment(config.data, found, {
            user,
            allows: allowed(found, settings.pushes),
            bounds: boundsOf(settings),
            full,
          }),
        }
        const session = { gitdir, env }
        return service === 'git-receive-pack'
          ? await repositories.whilePushing(found, () => work(session))
          : await work(session)
      } finally {
        leave()
      }
    },
  }
}

/** What a pusher may do with branches that releases run from. */
const allowed = ({ allows }: Package, pushes: Settings['pushes']): Package['allows'] => ({
  force: allows.force || pushes?.forcePush === true,
  deletion: allows.deletion || pushes?.deleteBranches === true,
})

const keptElsewhere = (name: PackageName, url: string): AppError =>
  new AppError(
    'KEPT_ELSEWHERE',
    403,
    `The checks of ${fullName(name)} are kept at ${url}: push there, and they are taken from there.`,
  )

const tooManyPushes = (user: string, perMinute: number, seconds: number): AppError =>
  new AppError(
    'TOO_MANY_PUSHES',
    429,
    `More than ${perMinute} pushes of ${user} came within a minute: try again in ${seconds} seconds, or push several branches at once.`,
  )

const unknown = (name: PackageName): AppError =>
  new AppError(
    'UNKNOWN_PACKAGE',
    404,
    `There is no package ${fullName(name)} here: an admin adds it with \`assay package add ${fullName(name)} --maintainer USER\`.`,
  )
