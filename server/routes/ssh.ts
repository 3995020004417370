/** What sshd and the command that it forces on users ask the server, over the local socket: whose key, and may they. */
import { once } from 'node:events'
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { fullName } from '../../core/names.ts'
import { assertMaintains } from '../auth.ts'
import { gitWords } from '../git/bounded-git.ts'
import type { GitSessions } from '../git/git-sessions.ts'
import { gitProtocol } from '../git/smart-http.ts'
import { numberFrom, textFrom } from '../query.ts'
import type { Services } from '../services.ts'
import { authorizedKey } from '../ssh/authorized-key.ts'
import { parseGitCommand } from '../ssh/git-command.ts'

export function sshRoutes(services: Services, sessions: GitSessions): Router {
  const router = Router()
  const { config, log, stores } = services

  router.get('/hooks/v1/ssh/keys', async (request, response) => {
    const key = await stores.sshKeys.byFingerprint(textFrom(request.query, 'fingerprint') ?? '')
    response.type('text/plain').send(key ? authorizedKey(key, config.data) : '')
  })

  // The answer is whole at once and ends with the session: whoever asked hangs up when git is done.
  router.get('/hooks/v1/ssh/session', async (request, response) => {
    const { query } = request
    const key = await stores.sshKeys.byId(numberFrom(query, 'key') ?? 0)
    if (!key) throw keyIsGone()
    const { service, name } = parseGitCommand(textFrom(query, 'command') ?? '')
    const found = await sessions.find(name)
    const isPush = service === 'git-receive-pack'
    if (isPush) await assertMaintains(services, key.user, found)
    const protocol = gitProtocol(query['protocol'])
    const user = isPush ? key.user : null
    const wanted = { service, found, user, reader: `key of ${key.user}`, isPack: isPush }
    await sessions.open(wanted, async ({ gitdir, env }) => {
      const ended = once(response, 'close')
      log.info({ repository: fullName(name), service, user: key.user, key: key.fingerprint }, 'git over ssh')
      const around = { ...env, ...(protocol !== null && { GIT_PROTOCOL: protocol }) }
      response
        .type('application/x-ndjson')
        .write(`${JSON.stringify({ words: gitWords(service, [gitdir]), env: around })}\n`)
      await ended
    })
  })
  return router
}

const keyIsGone = (): AppError =>
  new AppError('UNAUTHENTICATED', 401, 'This key was removed here: an admin adds one with `assay key add`.')
