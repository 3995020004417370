/** Other repositories that a project takes tests, plans and libraries from, and where they stand beside its own tree. Pure. */
import { createHash } from 'node:crypto'
import type { Entry } from '../manifest-file.ts'
import { sourcesFolder } from '../manifest-name.ts'
import type { Unfetched } from '../repository-context.ts'
import { textOf, type Values } from './values.ts'

export interface TmtSource {
  /** In the one way that an address is written (WHATWG URL): what is compared is what is fetched. */
  url: string
  /** Branch, tag or commit; null: what a clone checks out. */
  ref: string | null
}

/** Where the tree of `source` stands, from the root of the tree that it was fetched for. */
export const folderOf = ({ url, ref }: TmtSource): string =>
  `${sourcesFolder}/${createHash('sha256')
    .update(`${url}\0${ref ?? ''}`)
    .digest('hex')
    .slice(0, 16)}`

/** The folder of the source that the file at `path` belongs to; null: it is the project's own. */
export function sourceFolderIn(path: string): string | null {
  if (!path.startsWith(`${sourcesFolder}/`)) return null
  return path.split('/').slice(0, 3).join('/')
}

/** Folders of the sources that `entries` hold. */
export const fetchedIn = (entries: ReadonlyMap<string, Entry>): ReadonlySet<string> =>
  new Set([...entries.keys()].flatMap((path) => sourceFolderIn(path) ?? []))

/** Each once. */
export const distinct = (sources: readonly TmtSource[]): TmtSource[] => [
  ...new Map(sources.map((source) => [folderOf(source), source])).values(),
]

/** Asks for a source; null: it is there, else why it is not. */
export type Want = (source: TmtSource) => string | null

/** Who asks for sources, and what for. */
export interface Asking {
  want: Want
  /** All that was asked for and is not there. */
  wanted: () => TmtSource[]
  /** Whether any of that may still come. */
  waits: () => boolean
}

export function asking(fetched: ReadonlySet<string>, unfetched: Unfetched): Asking {
  const wanted = new Map<string, TmtSource>()
  return {
    want({ url, ref }) {
      const folder = folderOf({ url, ref })
      if (fetched.has(folder)) return null
      wanted.set(folder, { url, ref })
      return unfetched.get(folder) ?? `${url} is not fetched yet`
    },
    wanted: () => [...wanted.values()],
    waits: () => [...wanted.keys()].some((folder) => !unfetched.has(folder)),
  }
}

/** Neither a user nor anything behind the path. */
const address = /^https?:\/\/[^\s@?#]{1,500}$/
const refName = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}$/

/** What stands behind url and ref, or why nobody can fetch it. */
export function sourceOf(values: Values): TmtSource | string {
  const url = textOf(values, 'url') ?? ''
  const ref = textOf(values, 'ref')
  if (!address.test(url) || !URL.canParse(url))
    return `${JSON.stringify(url.slice(0, 200))} is no address that is fetched from here: write https://… (url)`
  if (ref !== null && !refName.test(ref))
    return `${JSON.stringify(ref.slice(0, 200))} is no branch, tag or commit that can be fetched (ref)`
  return { url: new URL(url).href, ref }
}

/** Why a site fetches no such source that fetches from addresses which begin like one of `from`; null: it does. */
export const whyNotFrom = ({ url }: TmtSource, from: readonly string[]): string | null =>
  from.some((start) => url.startsWith(start))
    ? null
    : `${url} is none of the addresses that this site fetches from: its admin may add it (sources.from)`

/** The tree that url, ref and path lead to, or why it cannot be had. Without a url they count from the tree at `root`. */
export function treeIn(
  values: Values,
  { root, want }: { root: string; want: Want },
): { root: string } | { reason: string } {
  const { url, ref } = values.data
  const path = plainPath(textOf(values, 'path') ?? '')
  if (path === null) return { reason: 'its tests are in a folder that leads out of the tree (path)' }
  if (url === undefined || url === null)
    return ref === undefined || ref === null
      ? { root: inside(root, path) }
      : { reason: 'it takes tests from another commit of its own repository (ref)' }
  const source = sourceOf(values)
  if (typeof source === 'string') return { reason: source }
  const lacking = want(source)
  return lacking === null
    ? { root: inside(folderOf(source), path) }
    : { reason: `it takes tests from elsewhere: ${lacking}` }
}

/** A path as people write it, without what leads nowhere; null where it leads out of the tree. */
export function plainPath(path: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? null : parts.join('/')
}

export const inside = (folder: string, path: string): string =>
  [folder, path].filter((part) => part !== '').join('/')
