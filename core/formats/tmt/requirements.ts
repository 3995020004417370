/** What a test requires or recommends: packages, files, and what is fetched from elsewhere. Pure. */
import { withoutGit } from '../../ends.ts'
import { isData, type Data } from '../fmf/merge.ts'
import { plainPath, sourceOf, type TmtSource } from './sources.ts'
import { textOf, type Values } from './values.ts'

export interface Requirements {
  packages: string[]
  /** Paths, patterns of the shell among them, that must be there. */
  files: string[]
  libraries: Library[]
  /** The first that cannot be had; null: there is none. */
  unmet: string | null
}

/** A library of tests in another repository. */
export interface Library extends TmtSource {
  /** Of its tree, from the root of the repository: '' is the root itself. */
  path: string
  /** In its tree: /certs. */
  name: string
  /** What tests call the repository. */
  nick: string
}

export const packageName = /^[A-Za-z0-9][A-Za-z0-9+._:-]{0,127}$/
/** Libraries of beakerlib have names in front of the addresses of their repositories. */
const beakerlibLibrary = /^library\(([A-Za-z0-9._-]{1,100})(\/[A-Za-z0-9._/-]{1,200})\)$/
const beakerlibHome = 'https://github.com/beakerlib/'
const nickName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const filePath = /^\/[A-Za-z0-9+._/*?@-]{1,500}$/

/** What stands behind `key`: a text, a set of keys, or a list of the two. */
export function requirementsOf({ data, refuse }: Values, key: string): Requirements {
  const found: Requirements = { packages: [], files: [], libraries: [], unmet: null }
  const value = data[key]
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const item of value === undefined || value === null ? [] : items) {
    if (typeof item === 'string') addWord(item.trim(), found)
    else if (isData(item)) addKeys({ data: item, refuse }, key, found)
    else refuse(key, `${key} cannot hold ${JSON.stringify(item)}`, `write a list: ${key}: [curl]`)
  }
  return found
}

function addWord(word: string, found: Requirements): void {
  const [, nick, name] = beakerlibLibrary.exec(word) ?? []
  if (nick !== undefined && name !== undefined)
    found.libraries.push({ url: `${beakerlibHome}${nick}`, ref: null, path: '', name, nick })
  else if (filePath.test(word)) found.files.push(word)
  else if (packageName.test(word)) found.packages.push(word)
  else found.unmet ??= `${word.slice(0, 200)}, which is no package's name`
}

function addKeys({ data, refuse }: Values, key: string, found: Requirements): void {
  if (data['type'] === 'file') {
    const pattern: readonly unknown[] = Array.isArray(data['pattern']) ? data['pattern'] : [data['pattern']]
    for (const path of pattern) addWord(typeof path === 'string' ? path : '', found)
    return
  }
  const library = libraryOf(data, (_, message, mend) => refuse(key, message, mend))
  if (typeof library === 'string') found.unmet ??= library
  else found.libraries.push(library)
}

/** Of an fmf-id, or why it names nothing that can be fetched. */
function libraryOf(data: Data, refuse: Values['refuse']): Library | string {
  const values = { data, refuse }
  if (data['url'] === undefined || data['url'] === null)
    return `the library ${textOf(values, 'name') ?? ''}, which is in no other repository (url)`
  const source = sourceOf(values)
  if (typeof source === 'string') return source
  const path = plainPath(textOf(values, 'path') ?? '')
  const nick = textOf(values, 'nick') ?? nickOf(source.url)
  if (path === null || !nickName.test(nick))
    return `the library of ${source.url}, whose path or nick is strange`
  return { ...source, path, nick, name: `/${(textOf(values, 'name') ?? '').replace(/^\/+/, '')}` }
}

/** The last part of its address. */
const nickOf = (url: string): string => withoutGit(url).split('/').at(-1) ?? ''
