/** A runner says how its attempt ended. The first report counts; the same report again changes nothing. */
import { isDeepStrictEqual } from 'node:util'
import { verdict } from '../../core/verdict.ts'
import type { Report } from '../../schemas/types.gen.ts'
import type { Services } from '../services.ts'
import type { Stores } from '../store/stores.ts'
import { conclude } from './conclude.ts'
import { isFenceOf, staleAttempt, type AttemptRef } from './fence.ts'
import { handBack } from './hand-back.ts'
import { offer } from './offer.ts'

/** Throws STALE_ATTEMPT for an attempt that ended in another way, and NOT_FOUND. */
export async function report(services: Services, ref: AttemptRef, told: Report): Promise<void> {
  const { packages, ...clean } = withoutNul(told)
  const state = await services.transaction(async (inside) => {
    const settled = await settle(inside, ref, clean, services.now())
    if (settled !== null && packages) await inside.attempts.setPackages(ref.id, ref.number, packages)
    return settled
  })
  if (state === 'scheduled') await offer(services, [await services.stores.executions.get(ref.id)])
}

async function settle(
  inside: Stores,
  ref: AttemptRef,
  told: Report,
  now: string,
): Promise<'scheduled' | 'finished' | null> {
  const execution = await inside.executions.get(ref.id)
  const attempt = await inside.attempts.find(ref.id, ref.number)
  if (!attempt || !isFenceOf(attempt, ref.fence)) throw staleAttempt(ref.id)
  if (attempt.endedAt === null && execution.state === 'running' && execution.attempt === attempt.number) {
    await inside.attempts.setMachine(ref.id, ref.number, told.machine)
    const state =
      told.ending.how === 'handed_back'
        ? await handBack(inside, execution, told, now)
        : await conclude(inside, execution, {
            verdict: verdict(told.ending, told.results, execution.definition.rules),
            report: told,
            results: told.results,
            now,
          })
    if (state !== null) return state
  }
  const settled = await inside.attempts.find(ref.id, ref.number)
  if (!isDeepStrictEqual(settled?.report, told)) throw staleAttempt(ref.id)
  return null
}

/** PostgreSQL cannot keep the character NUL in text; a guest's words may hold it. */
const withoutNul = (told: Report): Report =>
  JSON.parse(JSON.stringify(told), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '\u{fffd}') : value,
  ) as Report
