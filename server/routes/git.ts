/** Check repositories over git's smart HTTP, and the one request that their hooks send. */
import { join } from 'node:path'
import { json, Router, type Request, type Response } from 'express'
import { AppError, NotFound } from '../../core/errors.ts'
import { fullName, parsePackage, type PackageName } from '../../core/names.ts'
import { validatePush } from '../../schemas/validate.ts'
import { requireMaintainer, requireScope } from '../auth.ts'
import { parseBody } from '../body.ts'
import { pushAnswer } from '../flows/push-answer.ts'
import { registerPush } from '../flows/register-push.ts'
import { gitProblemHandler } from '../git/git-problem.ts'
import { advertise, exchange, type Ended, type GitCall, type Service } from '../git/smart-http.ts'
import type { Services } from '../services.ts'

/** git processes at a time: each may need a core and tens of megabytes. */
const mostAtATime = 32
const repositoryPath = '/git/:namespace/:repository'
type Params = Record<'namespace' | 'repository', string>

export function gitRoutes(services: Services): Router {
  const router = Router()
  const { log, repositories } = services
  let running = 0
  const serve = async (
    ask: (call: GitCall) => Promise<Ended>,
    service: Service,
    request: Request<Params>,
    response: Response,
  ): Promise<void> => {
    const { name, user } = await admit(services, service, request)
    if (running >= mostAtATime) throw busy()
    running += 1
    try {
      const env = { ...(await repositories.environment()), ...forHooks(services, name, user) }
      const call = { service, gitdir: await repositories.ensure(name), env, request, response }
      const isPush = service === 'git-receive-pack'
      const { code, said } = isPush ? await repositories.whilePushing(name, () => ask(call)) : await ask(call)
      if (code !== 0) log.warn({ repository: fullName(name), service, code, said }, 'git ended with an error')
    } finally {
      running -= 1
    }
  }

  router.get(`${repositoryPath}/info/refs`, (request, response) =>
    serve(advertise, serviceOf(request.query['service']), request, response),
  )
  for (const service of ['git-upload-pack', 'git-receive-pack'] as const)
    router.post(`${repositoryPath}/${service}`, (request, response) => {
      // No page in a browser can send this type to another site unasked.
      if (request.headers['content-type'] !== `application/x-${service}-request`) throw notGit()
      return serve(exchange, service, request, response)
    })
  router.use('/git', gitProblemHandler(log))

  router.post('/hooks/v1/push', json({ limit: '16mb' }), async (request, response) => {
    await requireScope(services, request)
    const { repository, user, updates } = parseBody(request.body, validatePush)
    const name = parsePackage(repository)
    const branches = await registerPush(services, name, user ?? null)
    response.type('text/plain').send(pushAnswer(services, name, branches, updates))
  })
  return router
}

/** Anybody may read; who pushes must maintain the package. */
async function admit(
  services: Services,
  service: Service,
  request: Request<Params>,
): Promise<{ name: PackageName; user: string | null }> {
  const name = nameOf(request.params)
  const found = await services.stores.packages.find(name)
  if (!found) throw unknown(name)
  if (service === 'git-upload-pack') return { name, user: null }
  await requireScope(services, request, 'push')
  const { user } = await requireMaintainer(services, request, found)
  return { name, user }
}

function nameOf({ namespace, repository }: Params): PackageName {
  if (!repository.endsWith('.git'))
    throw new NotFound('check repository', `${namespace}/${repository}`.slice(0, 200))
  return parsePackage(`${namespace}/${repository.slice(0, -'.git'.length)}`)
}

/** What hooks are told about the push that they judge. */
const forHooks = ({ config }: Services, name: PackageName, user: string | null): NodeJS.ProcessEnv => ({
  ASSAY_SOCKET: join(config.data, 'assay.sock'),
  ASSAY_REPOSITORY: fullName(name),
  ...(user !== null && { ASSAY_USER: user }),
})

function serviceOf(asked: unknown): Service {
  if (asked === 'git-upload-pack' || asked === 'git-receive-pack') return asked
  throw notGit()
}

const notGit = (): AppError =>
  new AppError('NOT_GIT', 400, 'Here is a git repository: clone it, or push to it, with git 1.6.6 or newer.')

const busy = (): AppError =>
  new AppError('BUSY', 503, 'Too many clones and pushes are under way: try again in a few seconds.')

const unknown = (name: PackageName): AppError =>
  new AppError(
    'UNKNOWN_PACKAGE',
    404,
    `There is no package ${fullName(name)} here: an admin adds it with \`assay package add ${fullName(name)} --maintainer USER\`.`,
  )
