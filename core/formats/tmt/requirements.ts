/** What a test requires or recommends: packages, files, and what is fetched from elsewhere. Pure. */
import { isData } from '../fmf/merge.ts'
import type { Values } from './values.ts'

export interface Requirements {
  packages: string[]
  /** Paths, patterns of the shell among them, that must be there. */
  files: string[]
  /** The first that this version does not fetch; null: there is none. */
  unmet: string | null
}

export const packageName = /^[A-Za-z0-9][A-Za-z0-9+._:-]{0,127}$/
const filePath = /^\/[A-Za-z0-9+._/*?@-]{1,500}$/

/** What stands behind `key`: a text, a set of keys, or a list of the two. */
export function requirementsOf({ data, refuse }: Values, key: string): Requirements {
  const found: Requirements = { packages: [], files: [], unmet: null }
  const value = data[key]
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  for (const item of value === undefined || value === null ? [] : items) {
    if (typeof item === 'string') addWord(item.trim(), found)
    else if (isData(item)) addKeys(item, found)
    else refuse(key, `${key} cannot hold ${JSON.stringify(item)}`, `write a list: ${key}: [curl]`)
  }
  return found
}

function addWord(word: string, found: Requirements): void {
  if (filePath.test(word)) found.files.push(word)
  else if (packageName.test(word)) found.packages.push(word)
  else found.unmet ??= `${word.slice(0, 200)}, which is no package's name`
}

function addKeys(item: Readonly<Record<string, unknown>>, found: Requirements): void {
  if (item['type'] === 'file') {
    const pattern: readonly unknown[] = Array.isArray(item['pattern']) ? item['pattern'] : [item['pattern']]
    for (const path of pattern) addWord(typeof path === 'string' ? path : '', found)
    return
  }
  const { url, name, path } = item
  const what = [url, path, name].filter((word) => typeof word === 'string').join(' ')
  found.unmet ??= `the library ${what}, which is not fetched here yet`
}
