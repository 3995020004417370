/** Pages about checks: what one did over the builds of a package, and what changed between two of their commits. */
import { Router } from 'express'
import { historyOf } from '../../core/check-history.ts'
import { NotFound } from '../../core/errors.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { executionViews } from '../api-views.ts'
import { checkPage, type CheckView } from '../pages/check-page.ts'
import { comparePage, type CompareView } from '../pages/compare-page.ts'
import { page, readPage, type PageRequest } from '../paging.ts'
import { isUuid } from '../parse-id.ts'
import type { Services } from '../services.ts'
import { answer } from './page-answer.ts'
import { packageOf } from './package-of.ts'

/** Executions on one page. */
const most = 100

export function checkPageRoutes(services: Services): Router {
  const router = Router()
  const { now } = services

  router.get('/packages/:namespace/:name/checks/:check', async (request, response) => {
    const { after } = readPage(request.query, isUuid)
    const view = await readCheck(services, packageOf(request.params), request.params.check, after)
    await answer(request, response, {
      json: async () => ({
        ...view,
        executions: await executionViews(services, view.executions),
        standing: historyOf(view.executions).map(({ release, arch, repository, flaky, since }) => ({
          ...{ release, arch, repository, flaky, since },
        })),
      }),
      html: () => checkPage(view, now()),
    })
  })

  router.get('/packages/:namespace/:name/compare/:from/:to', async (request, response) => {
    const { from, to } = request.params
    const view = await readComparison(services, packageOf(request.params), from, to)
    await answer(request, response, { json: () => view, html: () => comparePage(view, now()) })
  })
  return router
}

async function readCheck(
  { stores }: Services,
  name: PackageName,
  check: string,
  before: PageRequest['after'],
): Promise<CheckView> {
  const { id: packageId } = await stores.packages.get(name)
  const list = await stores.executionLists.list({ packageId, check, limit: most + 1, before })
  const { data, next } = page(list, most, ({ id }) => id)
  const [newest] = data
  const definition = newest?.definition ?? (await registered(stores, packageId, check))
  if (!definition) throw new NotFound('check', check.slice(0, 64))
  return { package: fullName(name), check, summary: definition.summary, executions: data, next }
}

/** As a branch declares it now; undefined where none does. */
const registered = async ({ registrations }: Services['stores'], packageId: number, check: string) =>
  (await registrations.current(packageId)).flatMap(({ checks }) => checks).find(({ name }) => name === check)

async function readComparison(
  { stores, repositories }: Services,
  name: PackageName,
  from: string,
  to: string,
): Promise<CompareView> {
  await stores.packages.get(name)
  const headOf = async (commit: string) => {
    const found = await repositories.commit(name, commit)
    if (!found) throw new NotFound('commit', commit.slice(0, 100))
    return found
  }
  const view = { repository: fullName(name), from: await headOf(from), to: await headOf(to) }
  return { ...view, changes: await repositories.changes(name, from, to) }
}
