/** What the JSON API and `checks.yaml` are, for programs that read OpenAPI and editors that read JSON Schema. */
import { fileURLToPath } from 'node:url'
import { Router } from 'express'
import { schemaFolder } from '../../schemas/folder.ts'
import { openApi, type OpenApi } from '../openapi.ts'

export function openApiRoutes(): Router {
  const router = Router()
  let description: OpenApi | undefined
  router.get('/api/v1/openapi.json', (_, response) => {
    response.json((description ??= openApi()))
  })
  router.get('/schemas/checks.yaml.json', (_, response) => {
    response.type('application/schema+json')
    response.sendFile(fileURLToPath(new URL('manifest.schema.json', schemaFolder)))
  })
  return router
}
