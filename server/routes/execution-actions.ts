/** The buttons on the pages of an execution and of a build, for those who maintain the package. */
import { Router } from 'express'
import { standing } from '../../core/news.ts'
import type { PackageAction } from '../../core/permissions.ts'
import { isWorthRepeating } from '../../core/standing.ts'
import { permitOn } from '../auth.ts'
import { cancel } from '../flows/cancel.ts'
import { keepFiles } from '../flows/keep-files.ts'
import { rerun, rerunAll } from '../flows/rerun.ts'
import { buildPath, executionPath } from '../pages/paths.ts'
import { parseId } from '../parse-id.ts'
import type { Services } from '../services.ts'
import { ownForm, senderOf } from '../sign-in/forms.ts'

interface Button {
  action: PackageAction
  /** Does it and returns the id of the execution to look at then. */
  press: (id: string, user: string) => Promise<string>
}

export function executionActionRoutes(services: Services): Router {
  const router = Router()
  const { stores } = services
  const keep = async (id: string, by: string | null): Promise<string> => {
    await keepFiles(services, id, by)
    return id
  }
  const buttons: Record<string, Button> = {
    rerun: {
      action: 'execution.rerun',
      press: async (id, user) => (await rerun(services, id, user)).id,
    },
    cancel: {
      action: 'execution.cancel',
      press: async (id, user) => (await cancel(services, id, user)).id,
    },
    keep: { action: 'execution.keep', press: keep },
    'let-go': { action: 'execution.keep', press: (id) => keep(id, null) },
  }
  for (const [name, { action, press }] of Object.entries(buttons))
    router.post(`/executions/:uuid/${name}`, ownForm(services), async (request, response) => {
      const { identity } = senderOf(request).viewer
      const { id, packageId } = await stores.executions.get(
        parseId('execution', String(request.params['uuid'])),
      )
      await permitOn(services, identity, action, await stores.packages.byId(packageId))
      response.redirect(303, executionPath(await press(id, identity.user)))
    })

  router.post('/builds/:id/rerun', ownForm(services), async (request, response) => {
    const { identity } = senderOf(request).viewer
    const build = await stores.builds.get(parseId('build', String(request.params['id'])))
    await permitOn(services, identity, 'execution.rerun', await stores.packages.byId(build.packageId))
    const ran = standing(await stores.executions.ofBuild(build.id))
    const ids = ran.filter(isWorthRepeating).map(({ id }) => id)
    await rerunAll(services, ids, identity.user)
    response.redirect(303, buildPath(build.id))
  })
  return router
}
