/**
 * The forges that checks may be kept on: how each signs its webhooks, and how it is told the status of a commit. Pure.
 * Headers and paths as GitHub, GitLab, Forgejo (Gitea's are the same) and Pagure document them.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { UpstreamChange } from '../schemas/types.gen.ts'
import { withoutGit } from './ends.ts'

export type Forge = NonNullable<UpstreamChange['forge']>

/** What a forge is told about a commit. */
export interface CommitStatus {
  commit: string
  isGood: boolean
  /** One line. */
  description: string
  /** Where more is to be read. */
  url: string
}

export interface ForgeRequest {
  url: string
  headers: Record<string, string>
  body: Buffer
}

/** The name of our statuses among those of others. */
const context = 'assay/registration'
/** GitHub takes no longer a description; no other takes less. */
const longest = 140

/** Hosts that everybody knows; of any other its admin says what it is. */
const known: Readonly<Record<string, Forge>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'salsa.debian.org': 'gitlab',
  'gitlab.freedesktop.org': 'gitlab',
  'codeberg.org': 'forgejo',
  'pagure.io': 'pagure',
  'src.fedoraproject.org': 'pagure',
}

/** Whether checks may be kept there: HTTP, a host and a path, and nothing that would have to be kept from anybody. */
export const isUpstreamAddress = (url: string): boolean =>
  /^https?:\/\/[^/@?#\s\\]+\/[^@?#\s\\]+$/.test(url) && URL.canParse(url)

/** The forge at `url`; null: it may be any, or none. */
export const forgeAt = (url: string): Forge | null => known[new URL(url).hostname] ?? null

type Hmac = 'sha1' | 'sha256'
const hmac = (kind: Hmac, secret: string, body: Buffer): string =>
  createHmac(kind, secret).update(body).digest('hex')

/** By header: what it holds when whoever sends `body` knows the secret. */
const signatures: Readonly<Record<string, (secret: string, body: Buffer) => string>> = {
  'x-hub-signature-256': (secret, body) => `sha256=${hmac('sha256', secret, body)}`,
  'x-forgejo-signature': (secret, body) => hmac('sha256', secret, body),
  'x-gitea-signature': (secret, body) => hmac('sha256', secret, body),
  'x-pagure-signature-256': (secret, body) => hmac('sha256', secret, body),
  'x-pagure-signature': (secret, body) => hmac('sha1', secret, body),
  // GitLab does not sign: it sends what it was told.
  'x-gitlab-token': (secret) => secret,
}

/** Headers that a forge signs its webhooks with. */
export const signatureHeaders: readonly string[] = Object.keys(signatures)

/** Whether a webhook comes from whoever knows `secret`. Compares in constant time; every header that is there must fit. */
export function isFromForge(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
  secret: string,
): boolean {
  const given = signatureHeaders.filter((name) => headers[name] !== undefined)
  return (
    given.length > 0 && given.every((name) => isSame(headers[name], signatures[name]?.(secret, body) ?? ''))
  )
}

function isSame(given: unknown, expected: string): boolean {
  if (typeof given !== 'string') return false
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The request that shows `status` beside its commit in the repository at `url`. */
export function statusRequest(
  { forge, url, token }: { forge: Forge; url: string; token: string },
  status: CommitStatus,
): ForgeRequest {
  const { origin, pathname, hostname } = new URL(url)
  const path = withoutGit(pathname.replace(/^\/+/, ''))
  const description = status.description.slice(0, longest)
  const state = status.isGood ? 'success' : 'failure'
  const target = { target_url: status.url, description }
  switch (forge) {
    case 'github': {
      const api = hostname === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`
      return asJson(`${api}/repos/${path}/statuses/${status.commit}`, `Bearer ${token}`, {
        ...{ state, context, ...target },
      })
    }
    case 'forgejo':
      return asJson(`${origin}/api/v1/repos/${path}/statuses/${status.commit}`, `token ${token}`, {
        ...{ state, context, ...target },
      })
    case 'gitlab':
      return asJson(
        `${origin}/api/v4/projects/${encodeURIComponent(path)}/statuses/${status.commit}`,
        `Bearer ${token}`,
        { state: status.isGood ? 'success' : 'failed', name: context, ...target },
      )
    case 'pagure':
      return asForm(`${origin}/api/0/${path}/c/${status.commit}/flag`, `token ${token}`, {
        ...{ username: 'assay', uid: context, status: state, comment: description, url: status.url },
      })
  }
}

const asJson = (url: string, authorization: string, body: object): ForgeRequest => ({
  url,
  headers: { authorization, 'content-type': 'application/json', 'user-agent': 'assay' },
  body: Buffer.from(JSON.stringify(body)),
})

const asForm = (url: string, authorization: string, body: Record<string, string>): ForgeRequest => ({
  url,
  headers: { authorization, 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'assay' },
  body: Buffer.from(new URLSearchParams(body).toString()),
})
