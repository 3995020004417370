/** Pages about the site as a whole: what changed lately, runners and the queue, search. */
import { Router } from 'express'
import { isPresent } from '../../core/waiting.ts'
import { news } from '../../core/news.ts'
import { fullName } from '../../core/names.ts'
import { buildView, executionViews } from '../api-views.ts'
import { frontPage, type FrontView } from '../pages/front-page.ts'
import { buildPath, executionPath } from '../pages/paths.ts'
import { runnersPage, type RunnersView } from '../pages/runners-page.ts'
import { searchPage, type SearchView } from '../pages/search-page.ts'
import { isUuid } from '../parse-id.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import { answer } from './page-answer.ts'
import { whyTheyWait } from './why-they-wait.ts'

/** How much a page shows. */
const limits = { news: 30, running: 100, waiting: 100, found: 20, query: 200 }

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

  router.get('/search', async (request, response) => {
    const query = (textFrom(request.query, 'q') ?? '').trim().slice(0, limits.query)
    const view = await readSearch(services, query)
    const only = view.builds.length + view.executions.length === 1 ? onlyPath(view) : null
    if (only !== null && request.accepts(['html', 'json']) === 'html') {
      response.redirect(only)
      return
    }
    await answer(request, response, {
      json: async () => ({
        ...view,
        builds: view.builds.map((build) => buildView(build, services.baseUrl())),
        executions: await executionViews(services, view.executions),
      }),
      html: () => searchPage(view, now()),
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

async function readSearch({ stores }: Services, query: string): Promise<SearchView> {
  if (query === '') return { query, packages: [], builds: [], executions: [] }
  const id = query.toLowerCase()
  const [packages, builds, executions] = await Promise.all([
    stores.packages.search(query, limits.found),
    stores.search.builds(isUuid(id) ? id : query, limits.found),
    /^[0-9a-f][0-9a-f-]{5,35}$/.test(id) ? stores.search.executions(id, limits.found) : [],
  ])
  return { query, packages: packages.map(fullName), builds, executions }
}

/** Whoever gives a whole id means the one thing that has it. */
function onlyPath({ query, builds, executions }: SearchView): string | null {
  if (!isUuid(query.toLowerCase())) return null
  const [build, execution] = [builds[0], executions[0]]
  return build ? buildPath(build.id) : execution ? executionPath(execution.id) : null
}
