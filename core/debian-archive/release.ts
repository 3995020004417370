/** A suite's Release file, once its signature was found good: what it lists and until when it holds. Pure. */
import { readDeb822 } from '../formats/deb822.ts'

export interface Release {
  /** Milliseconds since 1970. */
  date: number
  /** Milliseconds since 1970; null: for ever. */
  validUntil: number | null
  /** Whether its files are also there under their checksums. */
  byHash: boolean
  /** By path below the suite's folder. */
  files: ReadonlyMap<string, Listed>
}

export interface Listed {
  path: string
  sha256: string
  /** Bytes. */
  size: number
}

/** null: it is no Release file. */
export function readRelease(text: string): Release | null {
  const [stanza] = readDeb822(text).stanzas
  const value = (field: string): string => stanza?.get(field)?.value ?? ''
  const date = Date.parse(value('date'))
  const files = value('sha256').split('\n').flatMap(readListed)
  if (Number.isNaN(date) || files.length === 0) return null
  const validUntil = Date.parse(value('valid-until'))
  return {
    date,
    validUntil: Number.isNaN(validUntil) ? null : validUntil,
    byHash: value('acquire-by-hash') === 'yes',
    files: new Map(files.map((file) => [file.path, file])),
  }
}

/** One line of a list of checksums: checksum, size, path. */
export function readListed(line: string): Listed[] {
  const [, sha256 = '', size = '', path = ''] = /^\s*([0-9a-f]{64})\s+(\d{1,12})\s+(\S+)$/.exec(line) ?? []
  return sha256 === '' || path.split('/').includes('..') ? [] : [{ path, sha256, size: Number(size) }]
}
