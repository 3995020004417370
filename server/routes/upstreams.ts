/** Where a package's checks are kept when that is not here: set by admins, and told of pushes by the forge's webhook. */
import { randomBytes } from 'node:crypto'
import { Router, type Request } from 'express'
import { AppError } from '../../core/errors.ts'
import { forgeAt, isFromForge, isUpstreamAddress, signatureHeaders } from '../../core/forges.ts'
import { fullName, parsePackage } from '../../core/names.ts'
import { validateUpstreamChange } from '../../schemas/validate.ts'
import { authorize, authorizeOn } from '../auth.ts'
import { parseBody, readBytes, readJson } from '../body.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'
import type { Upstream } from '../store/upstreams.ts'

const path = '/api/v1/packages/:namespace/:name/upstream'
type Params = Record<'namespace' | 'name', string>

/** Bytes. Forges tell much about a push; nothing of it is read, but its signature is over all of it. */
const webhookLimit = 5 * 1024 ** 2

export function upstreamRoutes(services: Services): Router {
  const router = Router()
  const { upstreams, packages } = services.stores
  const named = ({ params }: Request<Params>): Promise<Package> =>
    packages.get(parsePackage(`${params.namespace}/${params.name}`))
  const view = ({ package: name, ...upstream }: Upstream) => ({
    package: fullName(name),
    url: upstream.url,
    forge: upstream.forge,
    tellsStatus: upstream.statusToken !== null,
    webhook: `${services.baseUrl()}/api/v1/packages/${fullName(name)}/upstream/pushed`,
    waits: upstream.isAsked,
    lookedAt: upstream.lookedAt,
    trouble: upstream.trouble,
    refused: upstream.refused,
  })

  router.get(path, async (request, response) => {
    response.json(view(await upstreams.get(await named(request))))
  })

  router.put(path, async (request, response) => {
    await authorize(services, request, 'upstream.change')
    const { url, forge, statusToken = null } = parseBody(await readJson(request), validateUpstreamChange)
    if (!isUpstreamAddress(url)) throw badAddress(url)
    const found = await named(request)
    const kind = forge ?? forgeAt(url)
    if (statusToken !== null && kind === null) throw unknownForge(url)
    const secret = randomBytes(20).toString('hex')
    await upstreams.set(found.id, { url, forge: kind, secret, statusToken }, services.now())
    response.json({ ...view(await upstreams.get(found)), secret })
  })

  router.delete(path, async (request, response) => {
    await authorize(services, request, 'upstream.change')
    const { package: found } = await upstreams.get(await named(request))
    await upstreams.remove(found.id)
    await services.repositories.dropStaging(found)
    response.status(204).end()
  })

  router.post(`${path}/fetch`, async (request, response) => {
    const found = await named(request)
    await authorizeOn(services, request, 'upstream.fetch', found)
    await upstreams.get(found)
    await upstreams.ask(found.id, services.now())
    response.status(202).json(view(await upstreams.get(found)))
  })

  router.post(`${path}/pushed`, async (request, response) => {
    const found = await named(request)
    const { secret } = await upstreams.get(found)
    const body = await readBytes(request, webhookLimit)
    if (!isFromForge(request.headers, body, secret)) throw badSignature()
    await upstreams.ask(found.id, services.now())
    response.status(202).json(view(await upstreams.get(found)))
  })
  return router
}

const badAddress = (url: string): AppError =>
  new AppError(
    'BAD_UPSTREAM',
    400,
    `Checks cannot be taken from ${JSON.stringify(url)}: give the address that everybody clones from, https://HOST/PATH, without user, password, ? and #. A repository that not everybody may read cannot be followed.`,
  )

const unknownForge = (url: string): AppError =>
  new AppError(
    'UNKNOWN_FORGE',
    400,
    `Of ${new URL(url).hostname} nobody knows what kind of forge it is: say so with "forge", so that it can be told about commits.`,
  )

const badSignature = (): AppError =>
  new AppError(
    'BAD_SIGNATURE',
    401,
    `This webhook is not signed with the secret that was told when the upstream was set: one of ${signatureHeaders.join(', ')} must fit. \`assay upstream set\` makes a new secret.`,
  )
