/**
 * Messages that tell of a push to a repository: of Pagure's, of the hook that dist-git hosts have, and of the bridges that
 * put webhooks of forges on the bus. Pure.
 */
import { withoutGit } from '../ends.ts'
import { isPackageName } from '../names.ts'
import type { NativeMessage } from './heard.ts'

export interface Pushed {
  /** Packages that the repository is called like, as `namespace/name`. */
  packages: string[]
  /** Addresses of the repository, without `.git` and a slash at their ends. */
  urls: string[]
}

/** More is no address. */
const longest = 500

type Fields = Record<string, unknown>

/** By the end of the topic: values that may be names, and values that may be addresses. */
const readers: Readonly<Record<string, (body: Fields) => { names?: unknown[]; urls?: unknown[] }>> = {
  'pagure.git.receive': ({ repo }) => ({ names: [nameIn(fields(repo), 'name')] }),
  'git.receive': ({ commit }) => ({ names: [nameIn(fields(commit), 'repo')] }),
  'forgejo.push': webhook,
  'github.push': webhook,
  'gitlab.push': webhook,
}

/** null: it tells of no push. */
export function pushIn({ topic, body }: Pick<NativeMessage, 'topic' | 'body'>): Pushed | null {
  const reader = Object.entries(readers).find(([end]) => `.${topic}`.endsWith(`.${end}`))?.[1]
  if (!reader) return null
  const { names = [], urls = [] } = reader(fields(body))
  return {
    packages: names.filter((name): name is string => typeof name === 'string' && isPackageName(name)),
    urls: [...new Set(urls.filter(isAddress).map(addressOf))],
  }
}

/** The address that two ways of writing it have in common. */
const addressOf = withoutGit

/** A bridge hands on the body that a forge sent. */
function webhook({ body }: Fields): { urls: unknown[] } {
  const { repository, project } = fields(body)
  const { html_url, clone_url } = fields(repository)
  const { web_url, git_http_url } = fields(project)
  return { urls: [html_url, clone_url, web_url, git_http_url] }
}

const nameIn = (of: Fields, key: string): string => [of['namespace'], of[key]].join('/')

const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longest && /^https?:\/\//.test(value)

const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {}
