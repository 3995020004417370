/** Messages that announce no build: what they are about, so that checks of the right packages can ask for them. */
import type { Naming } from './bus.ts'
import { isPackageName } from '../names.ts'
import type { HeardOther, Malformed, NativeMessage } from './heard.ts'

/** Packages that one message is taken to be about; an update holds few. */
const most = 100

/** Names of packages, as `namespace/name` once a namespace is put before those that have none. */
type Reader = (body: Record<string, unknown>) => unknown[]

/** By the end of the topic, or by a part of it that ends in a dot. */
const readers: Readonly<Record<string, Reader>> = {
  'buildsys.tag': ({ name }) => [name],
  'buildsys.untag': ({ name }) => [name],
  'bodhi.update.': ({ update }) =>
    listOf(record(update)['builds']).map((build) => nameOfNvr(record(build)['nvr'])),
  'pagure.git.receive': ({ repo }) => [[record(repo)['namespace'], record(repo)['name']].join('/')],
}

export function otherEvent(
  { topic, id, body }: NativeMessage,
  { namespaces }: Naming,
): HeardOther | Malformed {
  if (id === null || !isPlain(id) || !isPlain(topic))
    return {
      kind: 'malformed',
      why: 'It has no id that it could be told by, or its id or its topic is no plain text.',
    }
  const reader = Object.entries(readers).find(([part]) =>
    part.endsWith('.') ? `.${topic}`.includes(`.${part}`) : `.${topic}`.endsWith(`.${part}`),
  )?.[1]
  const names = (reader?.(record(body)) ?? []).map((name) =>
    typeof name === 'string' && !name.includes('/') ? `${namespaces?.koji ?? 'rpms'}/${name}` : name,
  )
  const subjects = names.filter((name): name is string => typeof name === 'string' && isPackageName(name))
  return { kind: 'other', id, type: topic, subjects: [...new Set(subjects)].slice(0, most) }
}

/** What no database refuses, and no terminal obeys. */
const isPlain = (text: string): boolean => text !== '' && !/\p{Cc}|\p{Cs}/u.test(text)

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])

/** `bash` of `bash-5.2.26-1.fc40`. */
const nameOfNvr = (nvr: unknown): string | null =>
  typeof nvr === 'string' ? (/^(.+)-[^-]+-[^-]+$/.exec(nvr)?.[1] ?? null) : null
