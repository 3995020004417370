/** Signing in and out with a browser. */
import { Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { identifyToken } from '../auth.ts'
import { signInPage } from '../pages/sign-in-page.ts'
import { link } from '../pages/html.ts'
import { textFrom } from '../query.ts'
import { signInLimit } from '../rate-limit.ts'
import type { Services } from '../services.ts'
import { setSigningIn, takeSigningIn } from '../sign-in/cookies.ts'
import { fieldsOf, ownForm, senderOf } from '../sign-in/forms.ts'
import { callbackPath, openId } from '../sign-in/openid.ts'
import { beginSession, endSession } from '../sign-in/session.ts'
import type { Account } from '../store/accounts.ts'
import { hashOf } from '../store/tokens.ts'
import { answer } from './page-answer.ts'

export function signInRoutes(services: Services): Router {
  const router = Router()
  const settings = services.settings.signIn?.openid
  const provider = settings ? openId(settings, services.baseUrl) : null
  const limit = signInLimit()

  const view = (back: string, refusal: string | null) => ({ provider: provider?.name ?? null, back, refusal })

  router.get('/sign-in', async (request, response) => {
    const shown = view(backOf(textFrom(request.query, 'back')), null)
    await answer(request, response, { json: () => shown, html: () => signInPage(shown) })
  })

  router.post('/sign-in', limit, ownForm(services), async (request, response) => {
    const { token = '', back } = fieldsOf(request)
    try {
      const { user } = await identifyToken(services, token.trim())
      await beginSession(services, request, response, { user, tokenHash: hashOf(token.trim()) })
      response.redirect(303, backOf(back))
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 401) throw error
      const shown = view(backOf(back), refusals[error.code] ?? error.message)
      response.status(401)
      await answer(request, response, { json: () => shown, html: () => signInPage(shown) })
    }
  })

  if (provider) {
    router.get('/sign-in/openid', limit, async (request, response) => {
      const { url, pending } = await provider.begin(backOf(textFrom(request.query, 'back')))
      setSigningIn(services, response, pending)
      response.set('cache-control', 'no-store').redirect(303, url)
    })

    router.get(callbackPath, limit, async (request, response) => {
      const pending = takeSigningIn(services, request, response)
      if (!pending) throw tooLate()
      const user = await boundUser(
        services,
        provider.name,
        await provider.finish(request.originalUrl, pending),
      )
      await beginSession(services, request, response, { user, tokenHash: null })
      services.log.info({ user }, 'signed in')
      response.set('cache-control', 'no-store').redirect(303, backOf(pending.back))
    })
  }

  router.post('/sign-out', ownForm(services), async (request, response) => {
    senderOf(request)
    await endSession(services, request, response)
    response.redirect(303, '/')
  })
  return router
}

/** Names change hands at a provider, accounts do not: who came first under a name has it. Throws NAME_OF_ANOTHER. */
async function boundUser(
  { stores, now, log }: Services,
  provider: string,
  { user, ...account }: Account & { user: string },
): Promise<string> {
  const bound = await stores.accounts.bind(account, user, now())
  if (bound === null) throw nameOfAnother(provider, user)
  if (bound !== user) log.info({ user: bound, now: user }, 'an account is called otherwise now')
  return bound
}

/** A path of this site; its front page where none is asked for, one of another, or the one to sign in at. */
const backOf = (asked = ''): string =>
  asked.startsWith('/') && !asked.startsWith('/sign-in') ? (link(asked) ?? '/') : '/'

const refusals: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'This token is not known here: look whether all of it was copied.',
  TOKEN_EXPIRED: 'This token has expired.',
}

const nameOfAnother = (provider: string, user: string): AppError =>
  new AppError(
    'NAME_OF_ANOTHER',
    403,
    `Another account of ${provider} signs in here as ${user}. Where that is a former account of the same person, an admin frees the name: \`assay person free ${user}\`.`,
  )

const tooLate = (): AppError =>
  new AppError(
    'SIGN_IN_EXPIRED',
    400,
    'This sign-in was not begun in this browser, or more than ten minutes ago: begin again at /sign-in.',
  )
