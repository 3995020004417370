/** The page of an execution, its log and its artifacts. */
import { posix } from 'node:path'
import { Router } from 'express'
import { NotFound } from '../../core/errors.ts'
import { wholeExecution } from '../api-views.ts'
import { executionPage } from '../pages/execution-page.ts'
import { attemptViews, runAtHome, type ExecutionView, type LogView } from '../pages/execution-view.ts'
import { logFrom, logTail } from '../pages/log-part.ts'
import { parseId } from '../parse-id.ts'
import { numberFrom } from '../query.ts'
import { sendStored } from '../send-file.ts'
import type { Services } from '../services.ts'
import type { Attempt } from '../store/attempts.ts'
import type { Execution } from '../store/executions.ts'
import { sendLog } from './execution-log.ts'
import { answer } from './page-answer.ts'
import { whyTheyWait } from './why-they-wait.ts'

export function executionPageRoutes(services: Services): Router {
  const router = Router()
  const { stores, files, now } = services
  const executionOf = ({ uuid }: { uuid: string }): Promise<Execution> =>
    stores.executions.get(parseId('execution', uuid))

  router.get('/executions/:uuid', async (request, response) => {
    const { query } = request
    const execution = await executionOf(request.params)
    const shown = { attempt: numberFrom(query, 'attempt'), line: numberFrom(query, 'line') }
    const view = await readExecution(services, execution, shown)
    await answer(request, response, {
      json: async () => ({
        ...(await wholeExecution(services, execution)),
        why: view.why,
        reruns: view.reruns.map(({ id }) => id),
        runAtHome: view.runAtHome,
      }),
      html: () => executionPage(view, now()),
    })
  })

  router.get('/executions/:uuid/log', async (request, response) => {
    await sendLog(services, await executionOf(request.params), request, response)
  })

  router.get('/executions/:uuid/artifacts/*path', async (request, response) => {
    const { id } = await executionOf(request.params)
    const path = request.params.path.join('/')
    const wanted = numberFrom(request.query, 'attempt')
    const kept = (await stores.artifacts.of(id)).findLast(
      (artifact) => artifact.path === path && (wanted === undefined || artifact.attempt === wanted),
    )
    const file = kept && (await files.artifact({ execution: id, attempt: kept.attempt }, path))
    if (!file) throw new NotFound('artifact', path.slice(0, 200))
    await sendStored(response, file.path, isText(path) ? {} : { name: posix.basename(path) })
  })
  return router
}

/** Shown as plain text; everything else is saved to a file. */
const isText = (path: string): boolean => /\.(txt|log|out|err|md|json|ya?ml|xml|csv|diff|patch)$/i.test(path)

interface Shown {
  attempt: number | undefined
  line: number | undefined
}

async function readExecution(services: Services, execution: Execution, shown: Shown): Promise<ExecutionView> {
  const { stores } = services
  const { id } = execution
  const [build, attempts, steps, results, artifacts, reruns, why] = await Promise.all([
    stores.builds.get(execution.buildId),
    stores.attempts.of(id),
    stores.attempts.steps(id),
    stores.results.of(id),
    stores.artifacts.of(id),
    stores.executionLists.rerunsOf(id),
    whyTheyWait(services, [execution]),
  ])
  const attempt =
    shown.attempt === undefined ? attempts.at(-1) : attempts.find(({ number }) => number === shown.attempt)
  return {
    execution,
    build,
    attempts: attemptViews(attempts, steps),
    results,
    artifacts,
    reruns,
    why: why[id] ?? null,
    runAtHome: runAtHome(execution, services.baseUrl()),
    log: attempt ? await readLog(services, attempt, shown.line) : null,
  }
}

/** From the line asked for, or else the end. An attempt that has written nothing has an empty log. */
async function readLog(
  { files }: Services,
  { executionId, number: attempt, endedAt }: Attempt,
  line: number | undefined,
): Promise<LogView> {
  const log = await files.log({ execution: executionId, attempt })
  const growing = endedAt === null
  if (!log) return { firstLine: 1, lines: [], offset: 0, size: 0, attempt, growing }
  const part = line === undefined ? null : await logFrom(log, line)
  return part ? { ...part, attempt, growing: false } : { ...(await logTail(log, growing)), attempt, growing }
}
