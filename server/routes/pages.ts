/** Everything that people look at: pages, what they load, badges and feeds. Mounted last: it answers what is left. */
import { Router } from 'express'
import { findViewer } from '../sign-in/session.ts'
import { assets } from '../pages/assets.ts'
import { nothingHere, problemHandler } from '../problem.ts'
import type { Services } from '../services.ts'
import { accountRoutes } from './account.ts'
import { badgeRoutes } from './badges.ts'
import { checkPageRoutes } from './check-pages.ts'
import { executionActionRoutes } from './execution-actions.ts'
import { executionCompareRoutes } from './execution-compare.ts'
import { executionPageRoutes } from './execution-pages.ts'
import { feedRoutes } from './feeds.ts'
import { filePageRoutes } from './file-pages.ts'
import { liveLogRoutes } from './live-log.ts'
import { maintainerPageRoutes } from './maintainer-pages.ts'
import { messagesPageRoutes } from './messages-page.ts'
import { sayProblem } from './page-answer.ts'
import { packagePageRoutes } from './package-pages.ts'
import { searchPageRoutes } from './search-pages.ts'
import { signInRoutes } from './sign-in.ts'
import { sitePageRoutes } from './site-pages.ts'
import { unsubscribeRoutes } from './unsubscribe.ts'

export function pageRoutes(services: Services): Router {
  const router = Router()
  router.use(assetRoutes(), badgeRoutes(services), feedRoutes(services))
  router.use(findViewer(services), signInRoutes(services), accountRoutes(services))
  router.use(executionActionRoutes(services))
  router.use(sitePageRoutes(services), packagePageRoutes(services), checkPageRoutes(services))
  router.use(maintainerPageRoutes(services), searchPageRoutes(services), messagesPageRoutes(services))
  router.use(executionCompareRoutes(services), executionPageRoutes(services))
  router.use(filePageRoutes(services), liveLogRoutes(services))
  router.use(unsubscribeRoutes(services))
  router.use(nothingHere, problemHandler(services.log, sayProblem))
  return router
}

/** Named by their content, so they may be kept for ever. */
function assetRoutes(): Router {
  const router = Router()
  for (const { url, type, content } of Object.values(assets))
    router.get(url, (_, response) => {
      response
        .set({ 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' })
        .send(content)
    })
  return router
}
