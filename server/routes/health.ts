/** Whether the service lives, whether it can work, and numbers about it. */
import { Router } from 'express'
import type { Services } from '../services.ts'

export function healthRoutes({ stores, queue, metrics }: Services): Router {
  const router = Router()
  router.get('/healthz', (_, response) => {
    response.json({ status: 'ok' })
  })
  router.get('/readyz', async (_, response) => {
    const parts = { database: stores.executionLists.unfinished(), redis: queue.counts() }
    const entries = Object.entries(parts).map(async ([name, asked]) => [name, await verdict(asked)] as const)
    const checks = Object.fromEntries(await Promise.all(entries))
    const ready = Object.values(checks).every((state) => state === 'ok')
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'unavailable', checks })
  })
  router.get('/metrics', async (_, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
  return router
}

const verdict = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'ok',
    () => 'unavailable',
  )
