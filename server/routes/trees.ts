/** Trees of check repositories as archives, for whoever runs a check at home: reading is public, as with git. */
import { Router } from 'express'
import { NotFound } from '../../core/errors.ts'
import type { GitSessions } from '../git/git-sessions.ts'
import { clientOf } from '../rate-limit.ts'
import { sendTree } from '../send-tree.ts'
import type { Services } from '../services.ts'
import { packageOf } from './package-of.ts'

/** Milliseconds in which a reader takes nothing: its place is somebody else's then. */
const patience = 60_000

export function treeRoutes({ stores, repositories }: Services, sessions: GitSessions): Router {
  const router = Router()
  router.get('/api/v1/packages/:namespace/:name/commits/:commit/tree', async (request, response) => {
    const { params } = request
    const name = packageOf(params)
    const found = await stores.packages.get(name)
    const facts = await repositories.commit(name, params.commit)
    if (!facts) throw new NotFound('commit', params.commit.slice(0, 100))
    const reading = {
      service: 'git-upload-pack',
      user: null,
      reader: clientOf(request),
      isPack: true,
    } as const
    request.setTimeout(patience, () => request.destroy())
    await sessions.open({ ...reading, found }, () =>
      sendTree(response, (over) => repositories.treeTar(name, facts.commit, over)),
    )
  })
  return router
}
