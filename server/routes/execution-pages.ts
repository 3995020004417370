/** The page of an execution. */
import { Router } from 'express'
import { wholeExecution } from '../api-views.ts'
import { executionPage } from '../pages/execution-page.ts'
import { attemptViews, type ExecutionView, type HoldingView, type LogView } from '../pages/execution-view.ts'
import { logTail } from '../log-part.ts'
import { parseId } from '../parse-id.ts'
import { numberFrom } from '../query.ts'
import { goesAt, retentionOf } from '../../core/retention.ts'
import { runAtHome } from '../run-at-home.ts'
import { formKeyFor } from '../sign-in/form-key.ts'
import type { Services } from '../services.ts'
import type { Holding } from '../store/holdings.ts'
import type { Attempt } from '../store/attempts.ts'
import type { Execution } from '../store/executions.ts'
import { answer } from './page-answer.ts'
import { whyTheyWait } from './why-they-wait.ts'

export function executionPageRoutes(services: Services): Router {
  const router = Router()
  const { stores, now } = services
  const executionOf = ({ uuid }: { uuid: string }): Promise<Execution> =>
    stores.executions.get(parseId('execution', uuid))

  router.get('/executions/:uuid', async (request, response) => {
    const { query } = request
    const execution = await executionOf(request.params)
    const view = await readExecution(services, execution, numberFrom(query, 'attempt'))
    const formKey = await formKeyFor(services, request, 'execution.rerun', execution.packageId)
    await answer(request, response, {
      json: async () => ({
        ...(await wholeExecution(services, execution)),
        why: view.why,
        reruns: view.reruns.map(({ id }) => id),
        runAtHome: view.runAtHome,
      }),
      html: () => executionPage(view, now(), formKey),
    })
  })

  return router
}

/** `shown`: the attempt whose log the page shows; the newest if nobody asked for another. */
async function readExecution(
  services: Services,
  execution: Execution,
  shown: number | undefined,
): Promise<ExecutionView> {
  const { stores } = services
  const { id } = execution
  const { eventId } = execution
  const [build, attempts, steps, results, artifacts, reruns, why, holding, event] = await Promise.all([
    stores.builds.get(execution.buildId),
    stores.attempts.of(id),
    stores.attempts.steps(id),
    stores.results.of(id),
    stores.artifacts.of(id),
    stores.executionLists.rerunsOf(id),
    whyTheyWait(services, [execution]),
    stores.holdings.of(id),
    eventId === null ? null : stores.events.get(eventId),
  ])
  const attempt = shown === undefined ? attempts.at(-1) : attempts.find(({ number }) => number === shown)
  return {
    execution,
    build,
    event,
    attempts: attemptViews(attempts, steps),
    results,
    artifacts,
    reruns,
    why: why[id] ?? null,
    runAtHome: runAtHome(execution, services.baseUrl()),
    holding: holding && holdingView(services, holding),
    log: attempt && !holding?.expired ? await readLog(services, attempt) : null,
  }
}

function holdingView({ settings }: Services, holding: Holding): HoldingView {
  const { finishedAt, kept } = holding
  const goes = finishedAt === null || kept ? null : goesAt(retentionOf(settings), finishedAt)
  return { ...holding, goesAt: goes }
}

/** Its end. An attempt that has written nothing has an empty log. */
async function readLog(
  { files }: Services,
  { executionId, number: attempt, endedAt }: Attempt,
): Promise<LogView> {
  const log = await files.log({ execution: executionId, attempt })
  const growing = endedAt === null
  if (!log) return { firstLine: 1, lines: [], offset: 0, size: 0, sections: [], attempt, growing }
  const { sections } = await log.lines()
  return { ...(await logTail(log, growing)), sections, attempt, growing }
}
