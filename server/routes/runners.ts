/** Runners for programs: what they can do and whether they are heard. */
import { Router } from 'express'
import { isPresent } from '../../core/waiting.ts'
import { page, readPage } from '../paging.ts'
import type { Services } from '../services.ts'

export function runnerRoutes({ stores, now }: Services): Router {
  const router = Router()
  router.get('/api/v1/runners', async ({ query }, response) => {
    const { limit, after } = readPage(query, (key) => key.length <= 128)
    const time = now()
    const list = (await stores.runners.list())
      .filter(({ id }) => after === undefined || id > after)
      .sort((one, other) => (one.id < other.id ? -1 : 1))
    const { data, next } = page(list, limit, ({ id }) => id)
    response.json({
      data: data.map((runner) => ({
        id: runner.id,
        alive: isPresent(runner, time),
        ...runner.facts,
        seenAt: runner.seenAt,
      })),
      next,
    })
  })
  return router
}
