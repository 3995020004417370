/** A package's verdict for other places: a badge, and a feed of what changed. */
import { Router } from 'express'
import { changes } from '../../core/changes.ts'
import { fullName, type PackageName } from '../../core/names.ts'
import { overview } from '../../core/overview.ts'
import { worst } from '../../core/standing.ts'
import { badge } from '../pages/badge.ts'
import { feed } from '../pages/feed.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import { packageOf } from './package-of.ts'

/** Builds of each release that are looked at, entries of a feed, and seconds that a badge is kept by others. */
const limits = { forBadge: 8, forFeed: 30, entries: 50, age: 60 }

export function badgeRoutes(services: Services): Router {
  const router = Router()

  router.get('/badges/:namespace/:name.svg', async (request, response) => {
    const release = textFrom(request.query, 'release')
    const { builds, executions } = await history(services, packageOf(request.params), limits.forBadge)
    const { releases } = overview(builds, executions)
    const wanted = releases.filter((one) => release === undefined || one.release === release)
    const marks = wanted.flatMap(({ verdicts }) => verdicts.flatMap(({ mark }) => mark ?? []))
    response
      .set('cache-control', `public, max-age=${limits.age}`)
      .type('image/svg+xml')
      .send(
        badge(
          wanted.length > 0 && release !== undefined ? `checks ${release}` : 'checks',
          worst(marks),
        ).toString(),
      )
  })

  router.get('/feeds/:namespace/:name.atom', async (request, response) => {
    const { found, builds, executions } = await history(services, packageOf(request.params), limits.forFeed)
    const view = {
      package: fullName(found),
      changes: changes(builds, executions).slice(0, limits.entries),
      createdAt: found.createdAt,
      baseUrl: services.baseUrl(),
    }
    response.set('cache-control', 'no-cache').type('application/atom+xml').send(feed(view).toString())
  })
  return router
}

async function history({ stores }: Services, name: PackageName, perRelease: number) {
  const found = await stores.packages.get(name)
  const builds = await stores.overviews.latestPerRelease(found.id, perRelease)
  return { found, builds, executions: await stores.overviews.executionsOf(builds.map(({ id }) => id)) }
}
