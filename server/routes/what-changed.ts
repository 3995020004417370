/** What changed between the last build that a check held for and the first that it broke for: one statement for all. */
import { differences, runFacts, type Difference, type RunFacts } from '../../core/differences.ts'
import type { Trouble } from '../../core/overview.ts'
import type { Judged } from '../../core/standing.ts'
import type { Stores } from '../store/stores.ts'

/** By the id of the trouble's execution; nothing for what never held. */
export async function whatChanged(
  { attempts }: Pick<Stores, 'attempts'>,
  troubles: readonly Trouble[],
): Promise<Record<string, Difference[]>> {
  const pairs = troubles.flatMap(({ execution, since }) =>
    since?.lastGood ? [{ id: execution.id, good: since.lastGood, bad: since.firstBad }] : [],
  )
  if (pairs.length === 0) return {}
  const machines = await attempts.machines(pairs.flatMap(({ good, bad }) => [good, bad].map(idOf)))
  const factsOf = (judged: Judged): RunFacts =>
    runFacts({ ...judged.execution, version: judged.build.version }, machines.get(idOf(judged)) ?? null)
  return Object.fromEntries(pairs.map(({ id, good, bad }) => [id, differences(factsOf(good), factsOf(bad))]))
}

const idOf = ({ execution }: Judged): string => execution.id
