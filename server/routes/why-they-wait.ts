/** Why executions wait, in words, by their id: two statements for however many. */
import { whyWaiting } from '../../core/waiting.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'

type Waiting = Pick<Execution, 'id' | 'state' | 'arch' | 'failures'> & Partial<Pick<Execution, 'definition'>>

export async function whyTheyWait(
  { stores, now }: Pick<Services, 'stores' | 'now'>,
  executions: readonly Waiting[],
): Promise<Record<string, string>> {
  const waiting = executions.filter(({ state }) => state === 'scheduled')
  if (waiting.length === 0) return {}
  const [list, { scheduled }] = await Promise.all([stores.runners.list(), stores.executionLists.unfinished()])
  const runners = list.map(({ facts, seenAt }) => ({ ...facts, seenAt }))
  const situation = { runners, waiting: scheduled, now: now() }
  return Object.fromEntries(waiting.map((execution) => [execution.id, whyWaiting(execution, situation)]))
}
