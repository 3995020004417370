/** What the JSON API is, for programs that read OpenAPI. */
import { Router } from 'express'
import { openApi, type OpenApi } from '../openapi.ts'

export function openApiRoutes(): Router {
  const router = Router()
  let description: OpenApi | undefined
  router.get('/api/v1/openapi.json', (_, response) => {
    response.json((description ??= openApi()))
  })
  return router
}
