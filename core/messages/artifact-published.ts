/** CDEvents' `artifact.published` as the build that it tells of: its package URL says most, its custom data the rest. */
import type { ArtifactPublished } from '../../schemas/types.gen.ts'
import { readPurl, type PackageUrl } from '../formats/purl.ts'

/** Whichever version of the vocabulary it is. */
export const isArtifactPublished = (type: string): boolean =>
  /^dev\.cdevents\.artifact\.published\.\d+\.\d+\.\d+(-[a-z0-9.]+)?$/.test(type)

/** A build as far as the event tells, not validated yet, or every reason why it is none. */
export type Told = { build: Record<string, unknown>; problems: [] } | { build: null; problems: string[] }

const namespaces: Readonly<Record<string, string>> = { deb: 'deb', rpm: 'rpms' }
const parts = ['package', 'release', 'version', 'architectures', 'artifacts', 'origin', 'subject'] as const
const anyArchitecture = ['all', 'noarch', 'source', 'src']

export function buildOfArtifact({ subject, customData }: ArtifactPublished): Told {
  const purl = readPurl(subject.id)
  if (!purl)
    return { build: null, problems: ['subject.id is no package URL, such as pkg:deb/debian/hello@2.10-3'] }
  const build = { ...fromPurl(purl), ...fromCustomData(customData) }
  const problems = [...missing(build, purl), ...unprovenFile(build, purl)]
  return problems.length > 0 ? { build: null, problems } : { build, problems: [] }
}

function fromPurl(purl: PackageUrl): Record<string, unknown> {
  const { type, name, version, qualifiers } = purl
  const namespace = namespaces[type]
  const release = qualifiers.get('distro')
  const arch = qualifiers.get('arch')
  const epoch = qualifiers.get('epoch')
  const artifact = artifactOf(purl)
  return {
    ...(namespace !== undefined && { package: `${namespace}/${name}` }),
    ...(version !== null && { version: epoch === undefined ? version : `${epoch}:${version}` }),
    ...(release !== undefined && { release }),
    ...(arch !== undefined && !anyArchitecture.includes(arch) && { architectures: [arch] }),
    ...(artifact && { artifacts: [artifact] }),
  }
}

/** The file itself, where the package URL says where it is and what it must be. */
function artifactOf({ qualifiers }: PackageUrl): { name: string; url: string; sha256: string } | null {
  const url = qualifiers.get('download_url')
  const sha256 = /(?:^|,)sha256:([0-9a-f]{64})(?:,|$)/.exec(qualifiers.get('checksum') ?? '')?.[1]
  if (url === undefined || sha256 === undefined) return null
  return {
    name: url.split(/[?#]/)[0]?.split('/').at(-1) ?? '',
    url,
    sha256,
  }
}

function fromCustomData(customData: unknown): Record<string, unknown> {
  if (typeof customData !== 'object' || customData === null || Array.isArray(customData)) return {}
  const given = customData as Record<string, unknown>
  return Object.fromEntries(parts.flatMap((part) => (given[part] === undefined ? [] : [[part, given[part]]])))
}

function missing(build: Record<string, unknown>, { type }: PackageUrl): string[] {
  const remedies = {
    package: `nobody knows where packages of pkg:${type} belong (pkg:${Object.keys(namespaces).join(', pkg:')} are known): name it in customData.package`,
    release: 'say what it was built for: qualifier distro of the package URL, or customData.release',
    version: 'the package URL has none: write pkg:type/name@version, or customData.version',
  }
  return Object.entries(remedies).flatMap(([part, remedy]) =>
    build[part] === undefined ? [`${part}: ${remedy}`] : [],
  )
}

/** A file that nobody can check must not be run. */
function unprovenFile(build: Record<string, unknown>, { qualifiers }: PackageUrl): string[] {
  if (!qualifiers.has('download_url') || build['artifacts'] !== undefined) return []
  return ['artifacts: a download_url needs a checksum beside it, sha256:<64 hex digits>']
}
