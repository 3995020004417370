/** Follows executions to their ends and says every step once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import type { Api } from '../api.ts'
import { plain, say } from '../output.ts'
import { verdictWords, type ExecutionJson } from '../views.ts'
import type { Ended } from './judge.ts'

interface WholeExecution extends Ended {
  attempts: { number: number; steps: { step: string; endedAt: string | null }[] }[]
}

/** Milliseconds: between two looks, and for all of them together. */
const pause = 500
const patience = 30 * 60_000

/** Resolves with the finished executions, in the order given. Throws DEMO_TOO_SLOW. */
export async function watchExecutions(api: Api, executions: readonly ExecutionJson[]): Promise<Ended[]> {
  const begun = Date.now()
  const said = new Map<string, string>()
  for (;;) {
    const now = await Promise.all(
      executions.map(({ id }) => api.get<WholeExecution>(`/api/v1/executions/${id}`)),
    )
    for (const execution of now) {
      const words = wordsFor(execution)
      if (said.get(execution.id) === words) continue
      said.set(execution.id, words)
      say(
        `   ${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${execution.check.padEnd(18)} ${words}`,
      )
    }
    if (now.every(({ state }) => state === 'finished')) return now
    if (Date.now() - begun > patience)
      throw new AppError(
        'DEMO_TOO_SLOW',
        500,
        'The checks did not finish in half an hour: `assay doctor` tells what this host can do.',
      )
    await sleep(pause)
  }
}

function wordsFor(execution: WholeExecution): string {
  if (execution.state === 'finished')
    return `${verdictWords(execution)}${execution.note ? `: ${plain(execution.note)}` : ''}`
  const attempt = execution.attempts.at(-1)
  const step = attempt?.steps.at(-1)
  const again = attempt && attempt.number > 1 ? ` (attempt ${attempt.number})` : ''
  return execution.state === 'running' ? `${step?.step ?? 'starting'}${again}` : 'waiting'
}
