/** An execution beside the last one of the same check, release and architecture that held. */
import { Router } from 'express'
import { differences, runFacts } from '../../core/differences.ts'
import { resultChanges } from '../../core/result-changes.ts'
import { executionViews } from '../api-views.ts'
import { executionComparePage, type ExecutionCompareView } from '../pages/execution-compare-page.ts'
import { parseId } from '../parse-id.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'
import { answer } from './page-answer.ts'

export function executionCompareRoutes(services: Services): Router {
  const router = Router()
  const { stores, now } = services
  router.get('/executions/:uuid/compare', async (request, response) => {
    const execution = await stores.executions.get(parseId('execution', request.params.uuid))
    const view = await readComparison(services, execution)
    await answer(request, response, {
      json: async () => {
        const shown = [view.execution, ...(view.good ? [view.good] : [])]
        const [told, good = null] = await executionViews(services, shown)
        return { ...view, execution: told, good }
      },
      html: () => executionComparePage(view, now()),
    })
  })
  return router
}

async function readComparison({ stores }: Services, execution: Execution): Promise<ExecutionCompareView> {
  const good = await stores.executionLists.lastGood(execution)
  if (!good) return { execution, good, differences: [], results: [] }
  const [machines, before, after] = await Promise.all([
    stores.attempts.machines([good.id, execution.id]),
    stores.results.of(good.id),
    stores.results.of(execution.id),
  ])
  const factsOf = (one: Execution) => runFacts(one, machines.get(one.id) ?? null)
  return {
    ...{ execution, good },
    differences: differences(factsOf(good), factsOf(execution)),
    results: resultChanges(before, after),
  }
}
