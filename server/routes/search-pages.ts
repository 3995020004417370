/** The search page: by what people have at hand, and executions by what they were. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { fullName } from '../../core/names.ts'
import { buildView, executionViews } from '../api-views.ts'
import { filterFrom, filterNames } from '../execution-filter.ts'
import { buildPath, executionPath } from '../pages/paths.ts'
import { searchPage, type Filtered, type SearchView } from '../pages/search-page.ts'
import { page, readPage } from '../paging.ts'
import { isUuid } from '../parse-id.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import type { Execution } from '../store/executions.ts'
import { answer } from './page-answer.ts'

type Query = Record<string, unknown>

/** How much a page shows, and how long a query may be. */
const limits = { found: 20, filtered: 50, query: 200 }

export function searchPageRoutes(services: Services): Router {
  const router = Router()
  router.get('/search', async (request, response) => {
    const query = (textFrom(request.query, 'q') ?? '').trim().slice(0, limits.query)
    const view = {
      ...(await readSearch(services, query)),
      filtered: await readFiltered(services, request.query),
    }
    const only = view.builds.length + view.executions.length === 1 ? onlyPath(view) : null
    if (only !== null && request.accepts(['html', 'json']) === 'html') {
      response.redirect(only)
      return
    }
    const told = (executions: readonly Execution[]) => executionViews(services, executions)
    await answer(request, response, {
      json: async () => ({
        ...view,
        builds: view.builds.map((build) => buildView(build, services.baseUrl())),
        executions: await told(view.executions),
        filtered: view.filtered && { ...view.filtered, executions: await told(view.filtered.executions) },
      }),
      html: () => searchPage(view, services.now()),
    })
  })
  return router
}

async function readSearch({ lookups }: Services, query: string): Promise<Omit<SearchView, 'filtered'>> {
  if (query === '') return { query, packages: [], builds: [], executions: [] }
  const id = query.toLowerCase()
  const [packages, builds, executions] = await Promise.all([
    lookups.packages.search(query, limits.found),
    isUuid(id) ? lookups.search.build(id) : lookups.search.builds(query, limits.found),
    /^[0-9a-f][0-9a-f-]{5,35}$/.test(id) ? lookups.search.executions(id, limits.found) : [],
  ])
  return { query, packages: packages.map(fullName), builds, executions }
}

/** Null where the query asks for no executions. */
async function readFiltered(services: Services, query: Query): Promise<Filtered | null> {
  const asked = askedIn(query)
  if (Object.keys(asked).length === 0) return null
  const list = await matching(services, query)
  const { data, next } = page(list, limits.filtered, ({ id }) => id)
  const older = next && `/search?${new URLSearchParams({ ...asked, cursor: next }).toString()}`
  return { asked, executions: data, older }
}

function askedIn(query: Query): Record<string, string> {
  const given = filterNames.flatMap((name) => {
    const text = textFrom(query, name)?.trim()
    return text ? [[name, text] as const] : []
  })
  return Object.fromEntries(given)
}

/** What cannot be there is not there: people get an empty page rather than a refusal. */
async function matching({ stores, lookups }: Services, query: Query): Promise<Execution[]> {
  const { after } = readPage(query, isUuid)
  try {
    const filter = await filterFrom(stores, askedIn(query))
    return await lookups.executionLists.list({ ...filter, limit: limits.filtered + 1, before: after })
  } catch (error) {
    if (error instanceof AppError && ['NOT_FOUND', 'BAD_PACKAGE_NAME'].includes(error.code)) return []
    throw error
  }
}

/** Whoever gives a whole id means the one thing that has it. */
function onlyPath({ query, builds, executions }: SearchView): string | null {
  if (!isUuid(query.toLowerCase())) return null
  const [build, execution] = [builds[0], executions[0]]
  return build ? buildPath(build.id) : execution ? executionPath(execution.id) : null
}
