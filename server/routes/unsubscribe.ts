/** The links in messages that stop them; a mail program may follow them by itself (RFC 8058). */
import { Router, type Request } from 'express'
import { Forbidden } from '../../core/errors.ts'
import { everyPackage } from '../../core/notify.ts'
import { unsubscribePage } from '../pages/unsubscribe-page.ts'
import { textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import { isOurLink, type Unsubscription } from '../unsubscribe-link.ts'
import { answer } from './page-answer.ts'

export function unsubscribeRoutes(services: Services): Router {
  const router = Router()
  const { linkSecret, transaction } = services

  router.get('/unsubscribe', async (request, response) => {
    const view = { ...linkOf(request, linkSecret), isDone: false }
    await answer(request, response, { json: () => view, html: () => unsubscribePage(view) })
  })

  router.post('/unsubscribe', async (request, response) => {
    const { user, about } = linkOf(request, linkSecret)
    await transaction(({ readers }) =>
      about === everyPackage ? readers.silence(user) : readers.subscribe(user, about, 'none'),
    )
    const view = { user, about, isDone: true }
    await answer(request, response, { json: () => view, html: () => unsubscribePage(view) })
  })
  return router
}

/** Throws FORBIDDEN for what this site has not signed. */
function linkOf({ query }: Request, secret: string): Unsubscription {
  const [user = '', about = '', key = ''] = ['user', 'about', 'key'].map((name) => textFrom(query, name))
  if (isOurLink(secret, { user, about }, key)) return { user, about }
  throw new Forbidden('This link is not whole: open it just as it is in the message.')
}
