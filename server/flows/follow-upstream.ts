/** Takes in what the repository elsewhere has that a package's checks are kept in: judged, registered, told to its forge. */
import { boundsOf } from '../../core/check-bounds.ts'
import { AppError } from '../../core/errors.ts'
import { statusRequest, type CommitStatus } from '../../core/forges.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { hookEnvironment } from '../git/hook-environment.ts'
import { fetchUpstream, pushOn, type Fetched } from '../git/upstream-git.ts'
import { send } from '../publishers/http-post.ts'
import type { Services } from '../services.ts'
import type { Refused, Upstream } from '../store/upstreams.ts'
import { registerPush } from './register-push.ts'

/** Milliseconds until it is looked at again without being asked: webhooks get lost. */
const pauses = { well: 60 * 60_000, trouble: 10 * 60_000 }

/** What a branch shall be; null: gone. */
interface Move {
  branch: string
  commit: string | null
}

/** Looks once. Rejects only when `signal` ends it; whatever else goes wrong is kept with the upstream. */
export async function followUpstream(
  services: Services,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<void> {
  const { stores, now, log } = services
  const { id } = upstream.package
  // Where we die over it, it is looked at again after as long as after a failure.
  await stores.upstreams.begin(id, later(now(), pauses.trouble))
  let trouble: string | null = null
  let refused = upstream.refused
  try {
    const taken = await takeIn(services, upstream, signal)
    refused = taken.refused
    await tellForge(services, upstream, taken.statuses)
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ err: error, repository: fullName(upstream.package) }, 'an upstream cannot be followed')
    trouble = error instanceof AppError ? error.message : 'Something went wrong here; it was logged.'
  }
  const at = now()
  const dueAt = later(at, trouble === null ? pauses.well : pauses.trouble)
  await stores.upstreams.looked(id, { at, dueAt, trouble, refused })
}

const later = (now: string, ms: number): string => new Date(Date.parse(now) + ms).toISOString()

async function takeIn(
  services: Services,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<{ refused: Refused[]; statuses: CommitStatus[] }> {
  const { repositories } = services
  const { package: name, isAsked } = upstream
  const environment = await repositories.environment()
  const gitdir = await repositories.staging(name)
  const fetched = await fetchUpstream(upstream.url, { gitdir, env: environment, signal }).catch(
    async (error: unknown) => {
      // Whatever a git that was killed has left there would be in the way for ever.
      await repositories.dropStaging(name)
      throw error
    },
  )
  // Upstream decides about its history: what was taken away there goes here, too.
  const allows = { force: true, deletion: true }
  return repositories.whilePushing(name, async () => {
    const target = await repositories.ensure(name)
    const env = {
      ...environment,
      ...hookEnvironment(services.config.data, name, {
        user: null,
        allows,
        bounds: boundsOf(services.settings),
        full: await services.room.lack(name),
      }),
    }
    const before = await repositories.heads(name)
    const refused: Refused[] = []
    const moves: (Move & { why: string | null })[] = []
    for (const move of movesOf(before.branches, fetched)) {
      const { branch, commit } = move
      const known = upstream.refused.find((one) => one.branch === branch && one.commit === commit)
      // What was refused once is not judged every hour anew.
      if (known && !isAsked) {
        refused.push(known)
        continue
      }
      const why = await pushOn(target, move, { gitdir, env, signal })
      if (why !== null && commit !== null) refused.push({ branch, commit, why })
      moves.push({ ...move, why })
    }
    await takeHead(services, name, fetched)
    return { refused, statuses: await statusesOf(services, name, moves) }
  })
}

/** The branch that a clone of the upstream checks out serves the releases that have none of their own. */
async function takeHead(services: Services, name: PackageName, { head }: Fetched): Promise<void> {
  const now = await services.repositories.heads(name)
  if (head === null || head === now.head || !now.branches.has(head)) return
  await services.repositories.setHead(name, head)
  await registerPush(services, name, null)
}

/** What must move for `before` to become what was fetched: the default branch first, and what is gone last. */
function movesOf(before: ReadonlyMap<string, string>, { head, branches }: Fetched): Move[] {
  const moved = [...branches].filter(([branch, commit]) => before.get(branch) !== commit)
  const gone = [...before.keys()].filter((branch) => !branches.has(branch))
  return [
    ...moved.filter(([branch]) => branch === head),
    ...moved.filter(([branch]) => branch !== head),
    ...gone.map((branch) => [branch, null] as const),
  ].map(([branch, commit]) => ({ branch, commit }))
}

/** A status for each commit that was judged: what is wrong with it on any of its branches, or what it registered. */
async function statusesOf(
  { stores, baseUrl }: Services,
  name: PackageName & { id: number },
  moves: readonly (Move & { why: string | null })[],
): Promise<CommitStatus[]> {
  const url = `${baseUrl()}/packages/${fullName(name)}`
  const current = await stores.registrations.current(name.id)
  const statuses = new Map<string, CommitStatus>()
  for (const { branch, commit, why } of moves) {
    if (commit === null || (statuses.has(commit) && why === null)) continue
    const count = current.find((one) => one.branch === branch)?.checks.length ?? 0
    const taken = `${branch}: ${count === 1 ? '1 check is' : `${count} checks are`} registered`
    const description = why === null ? taken : summaryOf(why)
    statuses.set(commit, { commit, isGood: why === null, description, url })
  }
  return [...statuses.values()]
}

/** The first line that says something. */
const summaryOf = (why: string): string =>
  why
    .split('\n')
    .find((line) => /\w/.test(line))
    ?.replace(/:$/, '') ?? 'This commit was not taken.'

/** Throws FORGE_NOT_TOLD when one of them did not reach it. */
async function tellForge(
  { log }: Services,
  { url, forge, statusToken }: Upstream,
  statuses: readonly CommitStatus[],
): Promise<void> {
  if (forge === null || statusToken === null) return
  for (const status of statuses) {
    const request = statusRequest({ forge, url, token: statusToken }, status)
    try {
      await send(request.url, { method: 'POST', body: request.body, headers: request.headers })
    } catch (error) {
      log.warn({ err: error, url: request.url }, 'a forge was not told the status of a commit')
      const why = (error as Error).message
      throw new AppError(
        'FORGE_NOT_TOLD',
        502,
        `The branches were taken in, but the forge was not told: ${why}.`,
      )
    }
  }
}
