/** Feeds of what changed: of a package, of one of its checks, and of all packages of a maintainer. */
import { Router, type Response } from 'express'
import { changes } from '../../core/changes.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { news } from '../../core/news.ts'
import { feed, type FeedChange, type FeedView } from '../pages/feed.ts'
import { checkPath, maintainerPath, packagePath } from '../pages/paths.ts'
import type { Services } from '../services.ts'
import { maintained, maintainerOf } from './maintained.ts'
import { packageOf } from './package-of.ts'

/** Builds of each release that are looked at, and entries of a feed. */
const limits = { builds: 30, entries: 50 }

export function feedRoutes(services: Services): Router {
  const router = Router()
  const send = (response: Response, view: Omit<FeedView, 'baseUrl'>): void => {
    const shown = { ...view, changes: view.changes.slice(0, limits.entries), baseUrl: services.baseUrl() }
    response.set('cache-control', 'no-cache').type('application/atom+xml').send(feed(shown).toString())
  }

  router.get('/feeds/~:user.atom', async ({ params }, response) => {
    const user = maintainerOf(params)
    const { packages, builds, executions } = await maintained(services, user)
    const changed = news(builds, executions, builds.length).flatMap((item): FeedChange[] =>
      item.changes.map((change) => ({ ...change, package: item.build.package })),
    )
    const createdAt = packages.map((one) => one.createdAt).sort()[0] ?? services.now()
    send(response, {
      title: `Packages of ${user}`,
      address: `/feeds/~${user}.atom`,
      page: maintainerPath(user),
      changes: changed.sort((one, other) => (one.execution.id < other.execution.id ? 1 : -1)),
      createdAt,
    })
  })

  router.get('/feeds/:namespace/:name.atom', async ({ params }, response) => {
    const { name, createdAt, changed } = await changesOf(services, packageOf(params))
    const address = `/feeds/${name}.atom`
    send(response, { title: name, address, page: packagePath(name), changes: changed, createdAt })
  })

  router.get('/feeds/:namespace/:name/:check.atom', async ({ params }, response) => {
    const { name, createdAt, changed } = await changesOf(services, packageOf(params))
    const { check } = params
    send(response, {
      title: `${check} of ${name}`,
      address: `/feeds/${name}/${encodeURIComponent(check)}.atom`,
      page: checkPath(name, check),
      changes: changed.filter(({ execution }) => execution.check === check),
      createdAt,
    })
  })
  return router
}

async function changesOf({ stores }: Services, wanted: PackageName) {
  const found = await stores.packages.get(wanted)
  const builds = await stores.overviews.latestPerRelease([found.id], limits.builds)
  const executions = await stores.overviews.executionsOf(builds.map(({ id }) => id))
  return { name: fullName(found), createdAt: found.createdAt, changed: changes(builds, executions) }
}
