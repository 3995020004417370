/** Check repositories over git's smart HTTP, and the one request that their hooks send. */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { AppError, NotFound } from '../../core/errors.ts'
import { fullName, parsePackage, type PackageName } from '../../core/names.ts'
import { validatePush } from '../../schemas/validate.ts'
import { authorizeOn } from '../auth.ts'
import { parseBody, readJson } from '../body.ts'
import { pushAnswer } from '../flows/push-answer.ts'
import { registerPush } from '../flows/register-push.ts'
import { gitProblemHandler } from '../git/git-problem.ts'
import type { GitSessions } from '../git/git-sessions.ts'
import type { Service } from '../git/bounded-git.ts'
import { advertise, begun, exchange, type Ended, type GitCall } from '../git/smart-http.ts'
import { clientOf, readLimit } from '../rate-limit.ts'
import type { Services } from '../services.ts'
import type { Package } from '../store/packages.ts'

const repositoryPath = '/git/:namespace/:repository'
/** Of what the hook tells: as many refs as one push may have, and their names. */
const pushLimit = '16mb'
type Params = Record<'namespace' | 'repository', string>

export function gitRoutes(services: Services, sessions: GitSessions): Router {
  const router = Router()
  const { log } = services
  /** Anybody may read; who pushes must maintain the package. */
  const pusher = async (request: Request, found: Package): Promise<string> =>
    (await authorizeOn(services, request, 'repository.push', found)).user
  const serve = async (
    ask: (call: GitCall) => Promise<Ended>,
    service: Service,
    request: Request<Params>,
    response: Response,
  ): Promise<void> => {
    const name = nameOf(request.params)
    const found = await sessions.find(name)
    const user = service === 'git-upload-pack' ? null : await pusher(request, found)
    // Before a long pack git sends nothing but four zeros, to see whether it may.
    const isPack = ask === exchange && request.headers['content-length'] !== '4'
    if (ask === exchange) await begun(request)
    const reader = clientOf(request)
    const { code, said } = await sessions.open({ service, found, user, reader, isPack }, (session) =>
      ask({ service, ...session, request, response }),
    )
    if (code !== 0) log.warn({ repository: fullName(name), service, code, said }, 'git ended with an error')
  }

  router.use('/git', onlyReading(readLimit(services)))
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

  router.post('/hooks/v1/push', async (request, response) => {
    const { repository, user, updates } = parseBody(await readJson(request, pushLimit), validatePush)
    const name = parsePackage(repository)
    const registered = await registerPush(services, name, user ?? null)
    response.type('text/plain').send(pushAnswer(services, name, registered, updates))
  })
  return router
}

/** Lets pushes by, which are counted by who sends them. */
const onlyReading =
  (limit: RequestHandler): RequestHandler =>
  (request, response, next) =>
    request.originalUrl.includes('git-receive-pack') ? next() : limit(request, response, next)

function nameOf({ namespace, repository }: Params): PackageName {
  if (!repository.endsWith('.git'))
    throw new NotFound('check repository', `${namespace}/${repository}`.slice(0, 200))
  return parsePackage(`${namespace}/${repository.slice(0, -'.git'.length)}`)
}

function serviceOf(asked: unknown): Service {
  if (asked === 'git-upload-pack' || asked === 'git-receive-pack') return asked
  throw notGit()
}

const notGit = (): AppError =>
  new AppError('NOT_GIT', 400, 'Here is a git repository: clone it, or push to it, with git 1.6.6 or newer.')
