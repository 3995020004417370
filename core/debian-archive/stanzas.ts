/** What the indices of a Debian archive say of source packages and of what was built from them. Pure. */
import type { Stanza } from '../formats/deb822.ts'
import type { BuildArtifact } from '../../schemas/types.gen.ts'
import { readListed } from './release.ts'

/** A file of the archive; its address is that of the archive and `path`. */
export interface ArchiveFile {
  path: string
  sha256: string
  size: number
}

export interface SourcePackage {
  source: string
  version: string
  /** Words of its Architecture field. */
  architectures: readonly string[]
  dsc: ArchiveFile
}

export interface BinaryPackage {
  /** What it was built from. */
  source: string
  sourceVersion: string
  deb: ArchiveFile
}

/** null: not a source package that was meant to be looked at, or not one at all. */
export function readSourcePackage(stanza: Stanza): SourcePackage | null {
  const value = valueOf(stanza)
  const [source, version, directory] = [value('package'), value('version'), value('directory')]
  const dsc = value('checksums-sha256')
    .split('\n')
    .flatMap(readListed)
    .find(({ path }) => path.endsWith('.dsc'))
  // Kept in the archive only because something else was built from it.
  const isExtra = value('extra-source-only') === 'yes'
  if (source === '' || version === '' || directory === '' || !dsc || isExtra) return null
  const architectures = value('architecture').split(/\s+/).filter(Boolean)
  return { source, version, architectures, dsc: { ...dsc, path: `${directory}/${dsc.path}` } }
}

export function readBinaryPackage(stanza: Stanza): BinaryPackage | null {
  const value = valueOf(stanza)
  const [name, version, path] = [value('package'), value('version'), value('filename')]
  const [sha256, size] = [value('sha256'), value('size')]
  if (name === '' || version === '' || path === '' || !/^[0-9a-f]{64}$/.test(sha256)) return null
  // Said only where they differ: `Source: glibc (2.36-9)`.
  const [, source = name, sourceVersion = version] = /^(\S+)(?:\s+\(([^)]+)\))?$/.exec(value('source')) ?? []
  return { source, sourceVersion, deb: { path, sha256, size: Number(size) } }
}

/** How a runner finds the file of the archive at `url`. */
export function toArtifact(url: string, { path, sha256, size }: ArchiveFile): BuildArtifact {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return { name, url: `${url}/${path.split('/').map(encodeURIComponent).join('/')}`, sha256, size }
}

const valueOf =
  (stanza: Stanza) =>
  (field: string): string =>
    stanza.get(field)?.value ?? ''
