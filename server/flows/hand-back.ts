/** A draining runner returns an execution unharmed: it is scheduled again and has cost nothing. */
import type { Report } from '../../schemas/types.gen.ts'
import type { Execution } from '../store/executions.ts'
import type { Stores } from '../store/stores.ts'

/** Returns null when the attempt had ended before. Run it in a transaction. */
export async function handBack(
  inside: Stores,
  execution: Execution,
  told: Report,
  now: string,
): Promise<'scheduled' | null> {
  const { id, attempt } = execution
  const note = told.ending.detail ?? 'The runner stopped and handed it back.'
  const ended = await inside.attempts.end(id, attempt, {
    outcome: null,
    reason: 'handed_back',
    note,
    report: told,
    endedAt: now,
  })
  if (!ended) return null
  await inside.attempts.endSteps(id, now)
  await inside.executions.advance(execution, 'handBack')
  return 'scheduled'
}
