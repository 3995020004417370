/** How people are told of changes: they say what they want to hear, admins vouch for where they are reached. */
import { Router } from 'express'
import { Forbidden } from '../../core/errors.ts'
import { holdsPower } from '../../core/permissions.ts'
import { validateReaderChange } from '../../schemas/validate.ts'
import { authorize, authorizeAbout } from '../auth.ts'
import { parseBody, readJson } from '../body.ts'
import type { Services } from '../services.ts'
import { userName } from '../user-names.ts'

export function peopleRoutes(services: Services): Router {
  const router = Router()
  const { readers } = services.stores
  const view = async (user: string) => ({
    user,
    mail: await readers.address(user),
    subscriptions: Object.fromEntries(
      (await readers.subscriptions(user)).map((one) => [one.package, one.interest]),
    ),
  })

  router.get('/api/v1/people/:user', async (request, response) => {
    const { about } = await authorizeAbout(services, request, 'person.read', () =>
      userName(request.params.user),
    )
    response.json(await view(about))
  })

  router.post('/api/v1/people/:user', async (request, response) => {
    const identity = await authorizeAbout(services, request, 'person.subscribe', () =>
      userName(request.params.user),
    )
    const user = identity.about
    const { mail, subscriptions = {} } = parseBody(await readJson(request), validateReaderChange)
    // Else everybody could have mail sent to anybody.
    if (mail !== undefined && !holdsPower(identity, 'person.reach'))
      throw new Forbidden(
        `Only an admin says where ${user} is reached: \`assay person mail ${user} ADDRESS\`.`,
      )
    await services.transaction(async (inside) => {
      if (mail !== undefined) await inside.readers.setAddress(user, mail)
      for (const [about, interest] of Object.entries(subscriptions))
        await inside.readers.subscribe(user, about, interest)
    })
    response.json(await view(user))
  })

  router.delete('/api/v1/people/:user/account', async (request, response) => {
    await authorize(services, request, 'person.free')
    const user = userName(request.params.user)
    response.json({ user, freed: await services.stores.accounts.free(user) })
  })
  return router
}
