/** Signing in with a provider of OpenID Connect: the code flow with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1). */
import { readFile } from 'node:fs/promises'
import * as client from 'openid-client'
import { AppError } from '../../core/errors.ts'
import type { OpenIdSettings } from '../../schemas/types.gen.ts'
import type { Account } from '../store/accounts.ts'
import { userName } from '../user-names.ts'
import type { SigningIn } from './cookies.ts'

/** Below the site's own address: what the provider must have on record. */
export const callbackPath = '/sign-in/openid/callback'

/** Seconds that an answer of the provider may take. */
const patience = 10

export type OpenId = ReturnType<typeof openId>

export function openId(settings: OpenIdSettings, baseUrl: () => string) {
  const { issuer, clientId, clientSecretFile, scopes = 'openid profile' } = settings
  let known: Promise<client.Configuration> | undefined

  /** Asked once; again where it failed. */
  const provider = (): Promise<client.Configuration> => {
    known ??= discover().catch((error: unknown) => {
      known = undefined
      throw failed(settings, error)
    })
    return known
  }
  const discover = async (): Promise<client.Configuration> => {
    const secret = clientSecretFile === undefined ? undefined : await readFile(clientSecretFile, 'utf8')
    return client.discovery(
      new URL(issuer),
      clientId,
      secret?.trim(),
      secret === undefined ? client.None() : undefined,
      {
        timeout: patience,
        // The schema lets only addresses of this host itself be without TLS.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody uses it in passing
        execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
      },
    )
  }

  return {
    name: settings.name,
    /** Where to send the browser, and what to remember until it is back. Throws SIGN_IN_FAILED. */
    async begin(back: string): Promise<{ url: string; pending: SigningIn }> {
      const pending = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        back,
      }
      const url = client.buildAuthorizationUrl(await provider(), {
        redirect_uri: `${baseUrl()}${callbackPath}`,
        scope: scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, pending }
    },
    /**
     * Who came back to `path` with the provider's answer: the account, and what it is called there now. Throws SIGN_IN_REFUSED where the provider says no,
     * SIGN_IN_FAILED where its answer is not good, BAD_USER_NAME.
     */
    async finish(path: string, { state, nonce, verifier }: SigningIn): Promise<Account & { user: string }> {
      const configuration = await provider()
      try {
        const tokens = await client.authorizationCodeGrant(configuration, new URL(path, `${baseUrl()}/`), {
          ...{
            expectedState: state,
            expectedNonce: nonce,
            pkceCodeVerifier: verifier,
            idTokenExpected: true,
          },
        })
        const claims = await claimsOf(configuration, tokens)
        // The library requires the subject of every ID token, and compares it with what is asked for later.
        const subject = tokens.claims()?.sub ?? ''
        return { issuer: configuration.serverMetadata().issuer, subject, user: nameIn(settings, claims) }
      } catch (error) {
        throw error instanceof AppError ? error : failed(settings, error)
      }
    },
  }
}

/** What the provider says of the person: in the token itself or, as most do, where it is asked with the token. */
async function claimsOf(
  configuration: client.Configuration,
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
): Promise<Record<string, unknown>> {
  const claims = tokens.claims()
  if (!claims) return {}
  if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims
  return { ...claims, ...(await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)) }
}

function nameIn(
  { userClaim = 'preferred_username', name }: OpenIdSettings,
  claims: Record<string, unknown>,
): string {
  const value = claims[userClaim]
  if (typeof value !== 'string')
    throw refused(
      `${name} does not say who you are: its claim ${userClaim} is missing (settings, signIn.openid).`,
    )
  if (userClaim === 'email' && claims['email_verified'] !== true)
    throw refused(`${name} has not verified the address ${value}.`)
  return userName(value)
}

function failed({ name }: OpenIdSettings, error: unknown): AppError {
  if (error instanceof client.AuthorizationResponseError)
    return refused(`${name} did not sign you in: ${error.error_description ?? error.error}.`)
  return new AppError(
    'SIGN_IN_FAILED',
    502,
    `${name} could not be asked who you are (${reasonOf(error)}): try again, or sign in with a token.`,
  )
}

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as { message?: string; cause?: { message?: string } }
  return (cause?.message ?? message ?? String(error)).slice(0, 200)
}

const refused = (why: string): AppError => new AppError('SIGN_IN_REFUSED', 403, why)
