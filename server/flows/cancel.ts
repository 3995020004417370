/** Somebody who may has ended an execution. Its runner learns so at its next beat. Safe to repeat. */
import type { Verdict } from '../../core/verdict.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'
import { announce } from './announce.ts'

/** Throws ILLEGAL_TRANSITION when it has finished in another way. */
export async function cancel(services: Services, id: string, user: string): Promise<Execution> {
  const verdict: Verdict = {
    outcome: 'cancelled',
    reason: 'cancelled',
    concerns: null,
    note: `Cancelled by ${user}.`,
  }
  await services.transaction(async (inside) => {
    const { executions, attempts } = inside
    const execution = await executions.get(id)
    if (execution.outcome === 'cancelled') return
    const now = services.now()
    await executions.advance(execution, 'cancel', { verdict, finishedAt: now })
    await announce(inside, id, 'finished', now)
    if (execution.state === 'scheduled') return
    await attempts.end(id, execution.attempt, { ...verdict, report: null, endedAt: now })
    await attempts.endSteps(id, now)
  })
  return services.stores.executions.get(id)
}
