/** Pages about the site as a whole: what changed lately, runners and the queue. */
import { Router } from 'express'
import { isPresent } from '../../core/waiting.ts'
import { news } from '../../core/news.ts'
import { executionViews } from '../api-views.ts'
import { frontPage, type FrontView } from '../pages/front-page.ts'
import { runnersPage, type RunnersView } from '../pages/runners-page.ts'
import type { Services } from '../services.ts'
import { answer } from './page-answer.ts'
import { whyTheyWait } from './why-they-wait.ts'

/** How much a page shows. */
const limits = { news: 30, running: 100, waiting: 100 }

export function sitePageRoutes(services: Services): Router {
  const router = Router()
  const { now } = services

  router.get('/', async (request, response) => {
    const view = await readFront(services)
    await answer(request, response, { json: () => view, html: () => frontPage(view, now()) })
  })

  router.get('/runners', async (request, response) => {
    const view = await readRunners(services)
    await answer(request, response, {
      json: async () => ({
        ...view,
        running: await executionViews(services, view.running),
        waiting: await executionViews(services, view.waiting),
      }),
      html: () => runnersPage(view, now()),
    })
  })
  return router
}

async function readFront({ stores }: Services): Promise<FrontView> {
  const [counts, builds] = await Promise.all([
    stores.overviews.counts(),
    stores.overviews.latestWithPrevious(limits.news),
  ])
  const executions = await stores.overviews.executionsOf(builds.map(({ id }) => id))
  return { counts, news: news(builds, executions, limits.news) }
}

async function readRunners(services: Services): Promise<RunnersView> {
  const { stores } = services
  const time = services.now()
  const [runners, running, waiting, counts] = await Promise.all([
    stores.runners.list(),
    stores.executionLists.list({ state: 'running', limit: limits.running }),
    stores.executionLists.waiting(limits.waiting),
    stores.executionLists.unfinished(),
  ])
  const attempts = await stores.attempts.ofMany(running.map(({ id }) => id))
  const why = await whyTheyWait(services, waiting)
  return {
    runners: runners.map((runner) => ({
      id: runner.id,
      alive: isPresent(runner, time),
      seenAt: runner.seenAt,
      ...runner.facts,
    })),
    running: running.map((execution) => ({
      ...execution,
      runner: attempts.get(execution.id)?.at(-1)?.runner ?? null,
    })),
    waiting: waiting.map((execution) => ({ ...execution, why: why[execution.id] ?? '' })),
    counts,
  }
}
