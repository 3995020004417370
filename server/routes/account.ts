/** What somebody who signed in does about themselves: what they are told, their tokens, keys and sessions. */
import { Router, type Request, type Response } from 'express'
import { AppError } from '../../core/errors.ts'
import { everyPackage } from '../../core/notify.ts'
import { parsePackage } from '../../core/names.ts'
import type { Identity } from '../../core/permissions.ts'
import { validateReaderChange } from '../../schemas/validate.ts'
import { requirePower } from '../auth.ts'
import { parseBody } from '../body.ts'
import { accountPage, tokenDays, type AccountView } from '../pages/account-page.ts'
import { rowId } from '../paging.ts'
import type { Services } from '../services.ts'
import { ownForm, senderOf } from '../sign-in/forms.ts'
import { requireViewer, viewerOf, type Viewer } from '../sign-in/session.ts'
import { parsePublicKey } from '../ssh/public-key.ts'
import { answer } from './page-answer.ts'

/** How much of each kind the page shows, and somebody may have. */
const most = { packages: 1000, tokens: 20, keys: 20 }
const day = 86_400_000

export function accountRoutes(services: Services): Router {
  const router = Router()
  const { stores, now } = services
  const form = ownForm(services)
  const show = async (
    request: Request,
    response: Response,
    { identity, formKey }: Viewer,
    made?: string,
  ): Promise<void> => {
    const view = await readAccount(services, identity)
    await answer(request, response, {
      json: () => view,
      html: () => accountPage(view, formKey, now(), made),
    })
  }

  router.get('/account', async (request, response) => {
    if (viewerOf(request)) await show(request, response, requireViewer(request))
    else response.redirect(303, '/sign-in?back=/account')
  })

  router.post('/account/subscriptions', form, async (request, response) => {
    const { viewer, fields } = senderOf(request)
    requirePower(viewer.identity, 'person.subscribe')
    const about = fields['package']?.trim() ?? ''
    const change = { subscriptions: { [about]: fields['interest'] } }
    const { subscriptions = {} } = parseBody(change, validateReaderChange)
    if (about !== everyPackage) await stores.packages.get(parsePackage(about))
    for (const interest of Object.values(subscriptions))
      await stores.readers.subscribe(viewer.identity.user, about, interest)
    response.redirect(303, '/account#told')
  })

  router.post('/account/tokens', form, async (request, response) => {
    const { viewer, fields } = senderOf(request)
    const { user } = viewer.identity
    requirePower(viewer.identity, 'token.make')
    if ((await stores.tokens.of(user)).length >= most.tokens) throw tooMany('tokens')
    const days = tokenDays.find((one) => String(one) === fields['days'])
    if (days === undefined) throw badDays()
    const expires = new Date(Date.parse(now()) + days * day).toISOString()
    const made = await stores.tokens.create(user, ['push'], { now: now(), expires })
    await show(request, response, viewer, made)
  })

  router.post('/account/tokens/:id/revoke', form, async (request, response) => {
    const { viewer } = senderOf(request)
    requirePower(viewer.identity, 'token.revoke')
    await stores.tokens.revoke(viewer.identity.user, rowId('token', String(request.params['id'])))
    response.redirect(303, '/account#tokens')
  })

  router.post('/account/keys', form, async (request, response) => {
    const { viewer, fields } = senderOf(request)
    const { user } = viewer.identity
    requirePower(viewer.identity, 'key.add')
    const key = parsePublicKey(fields['publicKey'] ?? '')
    if ((await keysOf(services, user)).length >= most.keys) throw tooMany('keys')
    await stores.sshKeys.add(user, key, now())
    response.redirect(303, '/account#keys')
  })

  router.post('/account/keys/:id/remove', form, async (request, response) => {
    const { viewer } = senderOf(request)
    requirePower(viewer.identity, 'key.remove')
    const id = rowId('key', String(request.params['id']))
    if ((await stores.sshKeys.byId(id))?.user === viewer.identity.user) await stores.sshKeys.remove(id)
    response.redirect(303, '/account#keys')
  })

  router.post('/account/sign-out-everywhere', form, async (request, response) => {
    const { viewer } = senderOf(request)
    await stores.sessions.endAll(viewer.identity.user)
    response.redirect(303, '/')
  })
  return router
}

const keysOf = ({ stores }: Services, user: string) =>
  stores.sshKeys.list({ user, limit: most.keys, after: 0 })

async function readAccount(services: Services, { user, powers }: Identity): Promise<AccountView> {
  const { packages, groups, readers, tokens } = services.stores
  const [mine, memberOf, mail, subscriptions, held, keys] = await Promise.all([
    packages.ofMaintainer(user, most.packages),
    groups.of(user),
    readers.address(user),
    readers.subscriptions(user),
    tokens.of(user),
    keysOf(services, user),
  ])
  return {
    ...{ user, powers, mail, groups: memberOf, maintains: mine.length, tokens: held },
    subscriptions: subscriptions.map(({ package: about, interest }) => ({ package: about, interest })),
    keys: keys.map(({ id, fingerprint, label, createdAt }) => ({ id, fingerprint, label, createdAt })),
  }
}

const badDays = (): AppError =>
  new AppError('BAD_EXPIRY', 400, `A token is good for ${tokenDays.join(', ')} days: say one of these.`)

const tooMany = (what: 'tokens' | 'keys'): AppError =>
  new AppError('TOO_MANY', 409, `You have ${most[what]} ${what}, as many as one may: take one away first.`)
