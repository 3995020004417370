/** Gives up on attempts whose runner is gone: infrastructure, so they are tried again while attempts are left. */
import type { Verdict } from '../../core/verdict.ts'
import type { Services } from '../services.ts'
import type { Attempt } from '../store/attempts.ts'
import { conclude } from './conclude.ts'
import { offer } from './offer.ts'

/** Milliseconds without a word from an attempt's owner. */
export const silenceLimit = 60_000

/** Loses the attempts that were silent for too long; `listeningSince`: silence counts only while somebody could hear. */
export async function loseSilentAttempts(services: Services, listeningSince: string): Promise<void> {
  const now = services.now()
  const limit = new Date(Date.parse(now) - silenceLimit).toISOString()
  if (listeningSince > limit) return
  for (const attempt of await services.stores.attempts.silentSince(limit))
    await lose(
      services,
      attempt,
      `Runner ${attempt.runner} was not heard for ${silenceLimit / 1000} seconds.`,
    )
}

/** A runner that was started again has no machines of its former process left: its attempts are lost at once. */
export async function loseFormerInstances(
  services: Services,
  runner: string,
  instance: string,
): Promise<void> {
  for (const attempt of await services.stores.attempts.ofFormerInstances(runner, instance))
    await lose(services, attempt, `Runner ${runner} was started anew in the middle.`)
}

async function lose(
  services: Services,
  { executionId, number, seenAt }: Attempt,
  note: string,
): Promise<void> {
  const verdict: Verdict = { outcome: 'errored', reason: 'runner_lost', concerns: 'service', note }
  const state = await services.transaction(async (inside) => {
    const [execution, attempt] = [
      await inside.executions.get(executionId),
      await inside.attempts.find(executionId, number),
    ]
    // It spoke, or ended, since it was found silent.
    if (attempt?.endedAt !== null || attempt.seenAt !== seenAt || execution.attempt !== number) return null
    return conclude(inside, execution, { verdict, report: null, results: [], now: services.now() })
  })
  if (state !== null) services.log.warn({ execution: executionId, attempt: number, state }, note)
  if (state === 'scheduled') await offer(services, [await services.stores.executions.get(executionId)])
}
