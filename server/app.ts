/** The one express application: what is mounted where, and in which order. */
import express, { type Express, type RequestHandler } from 'express'
import { isLocal } from './auth.ts'
import { gitSessions } from './git/git-sessions.ts'
import { nothingHere, problemHandler } from './problem.ts'
import { requestLimit } from './rate-limit.ts'
import { buildRoutes } from './routes/builds.ts'
import { checkRoutes } from './routes/checks.ts'
import { eventRoutes } from './routes/events.ts'
import { executionLogRoutes } from './routes/execution-log.ts'
import { executionRoutes } from './routes/executions.ts'
import { gitRoutes } from './routes/git.ts'
import { groupRoutes } from './routes/groups.ts'
import { healthRoutes } from './routes/health.ts'
import { keyRoutes } from './routes/keys.ts'
import { listenerRoutes } from './routes/listeners.ts'
import { openApiRoutes } from './routes/openapi.ts'
import { outboxRoutes } from './routes/outbox.ts'
import { ownershipRoutes } from './routes/ownership.ts'
import { packageRoutes } from './routes/packages.ts'
import { pageRoutes } from './routes/pages.ts'
import { peopleRoutes } from './routes/people.ts'
import { resultsdbRoutes } from './resultsdb/routes.ts'
import { resultRoutes } from './routes/results.ts'
import { runnerApiRoutes } from './routes/runner-api.ts'
import { runnerRoutes } from './routes/runners.ts'
import { sshRoutes } from './routes/ssh.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { treeRoutes } from './routes/trees.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { upstreamRoutes } from './routes/upstreams.ts'
import type { Services } from './services.ts'
import { noteUnnamedProxies } from './unnamed-proxies.ts'

/** Every router reads its own bodies, each with its own limit: git's must arrive untouched. */
export function buildApp(services: Services): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', services.settings.web?.proxies ?? false)
  app.use(strictHeaders)
  app.use(noteUnnamedProxies(services, proxiesOf(app)))
  const sessions = gitSessions(services)
  app.use('/hooks', onlyLocal)
  app.use(gitRoutes(services, sessions), sshRoutes(services, sessions))
  app.use('/runner/v1', runnerApiRoutes(services))
  app.use(requestLimit(services))
  app.use(eventRoutes(services), uploadRoutes(services))
  app.use(executionRoutes(services), executionLogRoutes(services), resultRoutes(services))
  app.use(packageRoutes(services), upstreamRoutes(services), treeRoutes(services, sessions))
  app.use(buildRoutes(services), checkRoutes(services))
  app.use(runnerRoutes(services), tokenRoutes(services), keyRoutes(services), groupRoutes(services))
  app.use(peopleRoutes(services), healthRoutes(services), openApiRoutes())
  app.use(outboxRoutes(services), listenerRoutes(services), ownershipRoutes(services))
  app.use(resultsdbRoutes(services))
  app.use('/api', nothingHere)
  app.use(pageRoutes(services))
  app.use(nothingHere)
  app.use(problemHandler(services.log))
  return app
}

/** Whether an address is that of a proxy which the settings name. */
export function proxiesOf(app: Express): (address: string) => boolean {
  const isTrusted = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  return (address) => isTrusted(address, 0)
}

/** What hooks and sshd ask comes from this host, by the socket: for all others it is not there, whatever their token. */
const onlyLocal: RequestHandler = (request, response, next) =>
  isLocal(request) ? next() : nothingHere(request, response, next)

/** For what is not a page; pages set a policy of their own. */
const strictHeaders: RequestHandler = (_, response, next) => {
  response.set({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  })
  next()
}
