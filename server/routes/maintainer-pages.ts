/** The page of a maintainer. */
import { Router } from 'express'
import { grouped } from '../../core/grouped.ts'
import { fullName } from '../../core/names.ts'
import { overview, sumCounts } from '../../core/overview.ts'
import { maintainerPage, type MaintainerView } from '../pages/maintainer-page.ts'
import type { Services } from '../services.ts'
import { maintained, maintainerOf } from './maintained.ts'
import { answer } from './page-answer.ts'

export function maintainerPageRoutes(services: Services): Router {
  const router = Router()
  router.get('/maintainers/:user', async (request, response) => {
    const view = await readMaintainer(services, maintainerOf(request.params))
    await answer(request, response, { json: () => view, html: () => maintainerPage(view) })
  })
  return router
}

async function readMaintainer(services: Services, user: string): Promise<MaintainerView> {
  const { packages, builds, executions } = await maintained(services, user)
  const buildsOf = grouped(builds, (build) => build.package)
  const executionsOf = grouped(executions, ({ buildId }) => buildId)
  return {
    user,
    packages: packages.map(fullName).map((name) => {
      const own = buildsOf.get(name) ?? []
      const { mark, releases } = overview(
        own,
        own.flatMap(({ id }) => executionsOf.get(id) ?? []),
      )
      const verdicts = releases.flatMap((release) => release.verdicts)
      return { package: name, mark, counts: sumCounts(verdicts.map(({ counts }) => counts)) }
    }),
  }
}
