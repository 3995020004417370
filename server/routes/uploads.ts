/** Files that events point to: handed over by whoever may send events, fetched by anybody who knows the checksum. */
import { Router } from 'express'
import { authorize } from '../auth.ts'
import { receiveUpload } from '../flows/receive-upload.ts'
import { sendStored } from '../send-file.ts'
import type { Services } from '../services.ts'
import { parseFileName, uploadPath } from '../uploads.ts'

export function uploadRoutes(services: Services): Router {
  const router = Router()
  router.post('/api/v1/uploads', async (request, response) => {
    const { user } = await authorize(services, request, 'upload.send')
    const name = parseFileName(request.query['name'])
    const { sha256, size } = await receiveUpload(services, user, request)
    const url = `${services.baseUrl()}${uploadPath(sha256, name)}`
    response.status(201).json({ url, sha256, size, name })
  })
  router.get('/uploads/:sha256/:name', async (request, response) => {
    const name = parseFileName(request.params.name)
    const file = await services.uploads.find(request.params.sha256)
    await sendStored(request, response, file, { type: 'application/octet-stream', name, immutable: true })
  })
  return router
}
