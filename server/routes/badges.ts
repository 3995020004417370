/** A package's verdict for other places: a badge. */
import { Router } from 'express'
import { overview } from '../../core/overview.ts'
import { worst } from '../../core/standing.ts'
import { badge } from '../pages/badge.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import { packageOf } from './package-of.ts'

/** Builds of each release that are looked at, and seconds that a badge is kept by others. */
const limits = { builds: 8, age: 60 }

export function badgeRoutes({ stores }: Services): Router {
  const router = Router()

  router.get('/badges/:namespace/:name.svg', async (request, response) => {
    const release = textFrom(request.query, 'release')
    const { id } = await stores.packages.get(packageOf(request.params))
    const builds = await stores.overviews.latestPerRelease([id], limits.builds)
    const executions = await stores.overviews.executionsOf(builds.map((build) => build.id))
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
  return router
}
