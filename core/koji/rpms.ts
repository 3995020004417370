/** Which files of a Koji build its checks get, and where Koji keeps them. */
import { withoutEnd } from '../ends.ts'
import type {
  BuildArtifact,
  KojiBuildInfo,
  KojiChecksums,
  KojiRpm,
  KojiSettings,
} from '../../schemas/types.gen.ts'

export interface Wanted {
  /** As the kernel names them. */
  architectures: readonly string[]
  also: NonNullable<KojiSettings['also']>
}

/** Those of `rpms` that checks on these architectures may install, and what the site wants besides. */
export const wantedRpms = (rpms: readonly KojiRpm[], { architectures, also }: Wanted): KojiRpm[] =>
  rpms.filter(({ name, arch }) => {
    if (arch === 'src' || arch === 'nosrc') return also.includes('source')
    if (/-debug(info|source)$/.test(name) && !also.includes('debug')) return false
    return arch === 'noarch' || architectures.includes(arch)
  })

/**
 * The file of `rpm`, as it was built where that is still there, else as it was signed; null where the hub knows the
 * checksum of neither. `files`: what Koji's folder packages/ is below.
 */
export function artifactOfRpm(
  files: string,
  build: KojiBuildInfo,
  rpm: KojiRpm,
  checksums: KojiChecksums,
): BuildArtifact | null {
  const signedWith = Object.keys(checksums)
    .sort()
    .find((key) => checksums[key]?.sha256 != null)
  const sha256 = signedWith === undefined ? null : checksums[signedWith]?.sha256
  if (signedWith === undefined || sha256 == null) return null
  const name = `${rpm.name}-${rpm.version}-${rpm.release}.${rpm.arch}.rpm`
  const below = signedWith === '' ? [] : ['data', 'signed', signedWith.toLowerCase()]
  const path = [...folderOf(build), ...below, rpm.arch, name]
  const url = `${withoutEnd(files, '/')}/${path.map(encodeURIComponent).join('/')}`
  return { name, url, sha256, ...(signedWith === '' && { size: rpm.size }) }
}

/** See koji.PathInfo in Koji's sources: what is on another disk is below vol/. */
function folderOf({ name, version, release, volume_name: volume }: KojiBuildInfo): string[] {
  const disk = volume == null || volume === 'DEFAULT' ? [] : ['vol', volume]
  return [...disk, 'packages', name, version, release]
}
