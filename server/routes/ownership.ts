/** Who maintains what, taken over from a distribution's own list; for admins. */
import { Router } from 'express'
import { validateOwnership } from '../../schemas/validate.ts'
import { authorize } from '../auth.ts'
import { parseBody, readJson } from '../body.ts'
import { takeOwnership } from '../flows/take-ownership.ts'
import { choiceFrom } from '../query.ts'
import type { Services } from '../services.ts'

/** Fedora's list of 25 000 packages has 2 MB. */
const limit = '32mb'

export function ownershipRoutes(services: Services): Router {
  const router = Router()
  router.post('/api/v1/ownership', async (request, response) => {
    const { user } = await authorize(services, request, 'package.change')
    const isDry = choiceFrom(request.query, 'dry', ['1']) !== undefined
    const owned = parseBody(await readJson(request, limit), validateOwnership)
    const changes = await takeOwnership(services, owned, isDry)
    if (!isDry) services.log.info({ user, packages: changes.length }, 'ownership was taken over')
    response.json({ dry: isDry, changes })
  })
  return router
}
