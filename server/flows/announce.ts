/** Writes what has happened to executions into the outbox, where somebody listens. */
import type { Announced, Phase } from '../../core/messages/announcement.ts'
import type { Execution } from '../store/executions.ts'
import type { Stores } from '../store/stores.ts'

/** Run it in the transaction of what it tells about, behind it: the order of messages is that of the rows' changes. */
export async function announce(
  { outbox, executions, builds }: Pick<Stores, 'outbox' | 'executions' | 'builds'>,
  id: string,
  phase: Phase,
  at: string,
): Promise<void> {
  if (!outbox.isHeard) return
  const execution = await executions.get(id)
  const { origin } = await builds.get(execution.buildId)
  const body: Announced = { phase, at, execution: announced(execution, origin) }
  await outbox.add({ subject: id, kind: 'execution', body }, at)
}

const announced = (execution: Execution, origin: string | null): Announced['execution'] => ({
  id: execution.id,
  package: execution.package,
  release: execution.release,
  version: execution.version,
  build: execution.buildId,
  origin,
  subject: execution.subject,
  check: execution.check,
  repository: execution.repository,
  commit: execution.commit,
  arch: execution.arch,
  attempt: execution.attempt,
  outcome: execution.outcome,
  reason: execution.reason,
  concerns: execution.concerns,
  note: execution.note,
  rerunOf: execution.rerunOf,
  requestedBy: execution.requestedBy,
  createdAt: execution.createdAt,
  startedAt: execution.startedAt,
  finishedAt: execution.finishedAt,
})
