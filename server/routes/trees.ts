/** Trees of check repositories as archives, for whoever runs a check at home: reading is public, as with git. */
import { pipeline } from 'node:stream/promises'
import { Router } from 'express'
import { NotFound } from '../../core/errors.ts'
import type { Services } from '../services.ts'
import { packageOf } from './package-of.ts'

export function treeRoutes({ stores, repositories }: Services): Router {
  const router = Router()
  router.get('/api/v1/packages/:namespace/:name/commits/:commit/tree', async ({ params }, response) => {
    const name = packageOf(params)
    await stores.packages.get(name)
    const found = await repositories.commit(name, params.commit)
    if (!found) throw new NotFound('commit', params.commit.slice(0, 100))
    response.type('application/x-tar')
    await pipeline(repositories.treeTar(name, found.commit), response)
  })
  return router
}
