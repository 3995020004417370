/** The page about what is heard from outside and what waits to be told. */
import { Router } from 'express'
import { messagesPage, type MessagesView } from '../pages/messages-page.ts'
import type { Services } from '../services.ts'
import { listenerViews, publisherViews, setAsideView } from '../listener-views.ts'
import { answer } from './page-answer.ts'

/** How many messages that were set aside the page shows. */
const shown = 20

export function messagesPageRoutes(services: Services): Router {
  const router = Router()
  router.get('/messages', async (request, response) => {
    const view = await readMessages(services)
    await answer(request, response, { json: () => view, html: () => messagesPage(view, services.now()) })
  })
  return router
}

async function readMessages(services: Services): Promise<MessagesView> {
  const [listeners, publishers, setAside] = await Promise.all([
    listenerViews(services),
    publisherViews(services),
    services.stores.setAside.list({ limit: shown }),
  ])
  return { listeners, publishers, setAside: setAside.map(setAsideView) }
}
