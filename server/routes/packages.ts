/** Packages and their maintainers for programs; admins add and remove them. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { fullName, isPackageName, parsePackage } from '../../core/names.ts'
import { validatePackageChange } from '../../schemas/validate.ts'
import { authorize } from '../auth.ts'
import { parseBody, readFields, readJson } from '../body.ts'
import { page, readPage } from '../paging.ts'
import { maintainerNames } from '../user-names.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'

export function packageRoutes(services: Services): Router {
  const router = Router()
  const { stores } = services
  const view = async (found: Package) => ({
    package: fullName(found),
    maintainers: await stores.packages.maintainers(found.id),
    forcePush: found.allows.force,
    deleteBranches: found.allows.deletion,
    createdAt: found.createdAt,
    url: `${services.baseUrl()}/packages/${fullName(found)}`,
    git: `${services.baseUrl()}/git/${fullName(found)}.git`,
  })

  router.get('/api/v1/packages', async ({ query }, response) => {
    const { limit, after } = readPage(query, isPackageName)
    const list = await stores.packages.list({
      limit: limit + 1,
      after: after === undefined ? undefined : parsePackage(after),
    })
    const { data, next } = page(list, limit, fullName)
    const total = await stores.packages.count()
    response.json({ data: await Promise.all(data.map(view)), next, total })
  })

  router.get('/api/v1/packages/:namespace/:name', async ({ params }, response) => {
    response.json(await view(await stores.packages.get(parsePackage(`${params.namespace}/${params.name}`))))
  })

  router.post('/api/v1/packages', async (request, response) => {
    await authorize(services, request, 'package.change')
    const { package: name, maintainers } = await readFields(request)
    const users = maintainerNames(maintainers ?? [])
    const added = await services.transaction(async ({ packages }) => {
      const row = await packages.ensure(parsePackage(String(name)), services.now())
      for (const user of users) await packages.addMaintainer(row.id, user)
      return row
    })
    response.status(201).json(await view(added))
  })

  router.post('/api/v1/packages/:namespace/:name', async (request, response) => {
    await authorize(services, request, 'package.change')
    const { namespace, name } = request.params
    const change = parseBody(await readJson(request), validatePackageChange)
    const wanted = parsePackage(`${namespace}/${name}`)
    await services.transaction(async ({ packages }) => {
      const { id, allows } = await packages.get(wanted)
      for (const user of maintainerNames(change.add ?? [])) await packages.addMaintainer(id, user)
      for (const user of maintainerNames(change.remove ?? [])) await packages.removeMaintainer(id, user)
      const { forcePush: force = allows.force, deleteBranches: deletion = allows.deletion } = change
      await packages.allow(id, { force, deletion })
    })
    response.json(await view(await stores.packages.get(wanted)))
  })

  router.delete('/api/v1/packages/:namespace/:name', async (request, response) => {
    await authorize(services, request, 'package.change')
    const { namespace, name } = request.params
    const found = await stores.packages.get(parsePackage(`${namespace}/${name}`))
    if ((await stores.builds.list({ packageId: found.id, limit: 1 })).length > 0) throw inUse(fullName(found))
    await stores.packages.remove(found.id)
    response.status(204).end()
  })
  return router
}

const inUse = (name: string): AppError =>
  new AppError(
    'PACKAGE_IN_USE',
    409,
    `${name} has builds, whose record is kept: only a package without builds can be removed.`,
  )
