/** A runner takes an execution: a new attempt with a fence of its own. Claiming again what one owns changes nothing. */
import { randomBytes } from 'node:crypto'
import { sizeText } from '../../core/check-bounds.ts'
import { Conflict } from '../../core/errors.ts'
import { fileLimitsOf } from '../../core/file-limits.ts'
import { imageOf } from '../../core/image-of.ts'
import type { Job, JobLimits } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'
import type { Attempt } from '../store/attempts.ts'
import type { Build } from '../store/builds.ts'
import type { Execution } from '../store/executions.ts'
import type { Stores } from '../store/stores.ts'
import { reachable } from '../uploads.ts'
import { announce } from './announce.ts'

export interface Claimant {
  /** Stable id of the runner. */
  runner: string
  /** UUID of its process. */
  instance: string
}

/** Everything the claimant needs to run the execution. Throws NOT_FOUND or NOT_CLAIMABLE. */
export async function claim(services: Services, id: string, claimant: Claimant): Promise<Job> {
  const now = services.now()
  const attempt = await services.transaction(async (inside) => {
    const execution = await inside.executions.get(id)
    if (execution.state === 'running') return ownAttempt(inside, execution, claimant)
    if (execution.state === 'finished') throw notClaimable(id, `is ${execution.state}`)
    await assertRunnable(inside, execution, claimant)
    return newAttempt(inside, execution, claimant, now)
  })
  const { stores } = services
  await Promise.all([
    stores.attempts.seen(id, attempt.number, now),
    stores.runners.seen(claimant.runner, now),
  ])
  const execution = await stores.executions.get(id)
  const build = await stores.builds.get(execution.buildId)
  const artifacts = build.artifacts.map((artifact) => reachable(artifact, services.baseUrl()))
  return toJob(
    execution,
    attempt,
    { ...build, artifacts },
    {
      image: imageOf(build.release, services.settings.images ?? {}, services.config.defaultImage),
      limits: fileLimitsOf(services.settings),
    },
  )
}

type NewAttempt = Pick<Attempt, 'number' | 'fence'>

async function newAttempt(
  inside: Stores,
  execution: Execution,
  claimant: Claimant,
  now: string,
): Promise<NewAttempt> {
  const attempt = { number: execution.attempt + 1, fence: randomBytes(24).toString('base64url') }
  try {
    await inside.executions.advance(execution, 'claim', {
      attempt: attempt.number,
      startedAt: execution.startedAt ?? now,
    })
  } catch (error) {
    if (error instanceof Conflict) throw notClaimable(execution.id, 'was just taken by somebody else')
    throw error
  }
  await inside.holdings.open(execution.id, execution.packageId)
  await inside.attempts.insert({ executionId: execution.id, ...attempt, ...claimant, startedAt: now })
  await announce(inside, execution.id, 'running', now)
  return attempt
}

async function ownAttempt(
  { attempts }: Stores,
  execution: Execution,
  claimant: Claimant,
): Promise<NewAttempt> {
  const live = await attempts.find(execution.id, execution.attempt)
  const isOwn =
    live?.endedAt === null && live.runner === claimant.runner && live.instance === claimant.instance
  if (!isOwn) throw notClaimable(execution.id, 'belongs to another runner')
  return live
}

/** A runner that never told what it can do is believed. */
async function assertRunnable({ runners }: Stores, execution: Execution, claimant: Claimant): Promise<void> {
  const known = (await runners.list()).find(({ id }) => id === claimant.runner)
  if (!known) return
  const { architectures, memoryMiB = Infinity } = known.facts
  if (!architectures.includes(execution.arch))
    throw notClaimable(execution.id, `needs a runner with machines of architecture ${execution.arch}`)
  const wanted = execution.definition.memoryMiB
  if (wanted > memoryMiB)
    throw notClaimable(
      execution.id,
      `needs a machine of ${sizeText(wanted)}: this runner's host has memory for ${sizeText(memoryMiB)} at most`,
    )
}

function toJob(
  { id, arch, definition, repository, commit }: Execution,
  attempt: NewAttempt,
  build: Build,
  { image, limits }: { image: string; limits: JobLimits },
): Job {
  return {
    execution: id,
    attempt: attempt.number,
    fence: attempt.fence,
    arch,
    limits,
    check: {
      name: definition.name,
      repository,
      commit,
      run: definition.run,
      image: definition.image ?? image,
      install: definition.install,
      packages: [...definition.packages],
      network: definition.network,
      timeoutSeconds: definition.timeoutSeconds,
      memoryMiB: definition.memoryMiB,
      cpus: definition.cpus,
      diskMiB: definition.diskMiB,
      results: definition.results,
      ...(definition.dep8 && { dep8: definition.dep8 }),
      ...(definition.tmt && { tmt: definition.tmt }),
      ...(definition.sti && { sti: definition.sti }),
    },
    build: {
      package: build.package,
      release: build.release,
      version: build.version,
      artifacts: build.artifacts,
    },
  }
}

const notClaimable = (id: string, why: string): Conflict =>
  new Conflict('NOT_CLAIMABLE', `Execution ${id} ${why}: leave it.`)
