/** A Debian source package's own description, the .dsc: which files it consists of, and what it is built with. Pure. */
import { readListed, type Listed } from '../debian-archive/release.ts'
import { readDeb822 } from './deb822.ts'
import { builtWith } from './dep8-depends.ts'

export interface SourceDescription {
  /** Names without folders. */
  files: Listed[]
  /** In dpkg's words, with build-essential. */
  builtWith: string
}

/** More files than any source package has. */
const most = 200

/** null: it is none. Its signature is not looked at: who announced it said what it hashes to. */
export function readDsc(text: string): SourceDescription | null {
  const unsigned = text.replace(/^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n/, '')
  const [stanza] = readDeb822(unsigned).stanzas
  const files = (stanza?.get('checksums-sha256')?.value ?? '').split('\n').flatMap(readListed)
  const arePlain = files.every(({ path }) => /^[A-Za-z0-9][A-Za-z0-9+:~._%-]{0,199}$/.test(path))
  if (!stanza?.has('source') || files.length === 0 || files.length > most || !arePlain) return null
  return { files, builtWith: builtWith(stanza) }
}
