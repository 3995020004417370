/** Other repositories that a project takes tests, plans and libraries from, and where they stand beside its own tree. Pure. */
import { createHash } from 'node:crypto'
import type { Entry } from '../manifest-file.ts'
import { textOf, type Values } from './values.ts'

export interface TmtSource {
  url: string
  /** Branch, tag or commit; null: what a clone checks out. */
  ref: string | null
}

/** Below it stands what was fetched from elsewhere, each source in a folder of its own. */
export const sourcesFolder = '.assay/sources'

/** In each of them, so that one without any metadata is known to be there. */
export const sourceMarker = '.assay-source'

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

const address = /^https?:\/\/[^\s@]{1,500}$/
const refName = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}$/

/** What stands behind url and ref, or why nobody can fetch it. */
export function sourceOf(values: Values): TmtSource | string {
  const url = textOf(values, 'url') ?? ''
  const ref = textOf(values, 'ref')
  if (!address.test(url))
    return `${JSON.stringify(url.slice(0, 200))} is no address that is fetched from here: write https://… (url)`
  if (ref !== null && !refName.test(ref))
    return `${JSON.stringify(ref.slice(0, 200))} is no branch, tag or commit that can be fetched (ref)`
  return { url, ref }
}

/** A path as people write it, without what leads nowhere; null where it leads out of the tree. */
export function plainPath(path: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? null : parts.join('/')
}

export const inside = (folder: string, path: string): string =>
  [folder, path].filter((part) => part !== '').join('/')
