/** Data pairs that gating asks for, and what Assay says of its own results in them. */
import type { BuildSubject } from '../../schemas/types.gen.ts'

/**
 * Keys with few values that tell results of one testcase apart. Results that agree in all of them are one variant, which
 * makes the newest of each cheap to find; other keys work as well, at the price of reading what matches.
 */
export const traitKeys: readonly string[] = [
  'arch',
  'flavor',
  'release',
  'scenario',
  'system_architecture',
  'system_os',
  'system_provider',
  'system_variant',
  'type',
  'variant',
]

export interface About {
  /** What results are about where that is not said by the package and its version. */
  subject: BuildSubject | null
  /** namespace/name */
  package: string
  version: string
  release: string
  arch: string
}

export function ownPairs(about: About): [string, string][] {
  const { type, item } = about.subject ?? usualSubject(about)
  return [
    ['arch', about.arch],
    ['item', item],
    ['package', about.package],
    ['release', about.release],
    ['type', type],
    ['version', about.version],
  ]
}

/** The item names the build: NAME-VERSION, or the version where that is a whole name-version-release. */
function usualSubject({ package: fullName, version }: Pick<About, 'package' | 'version'>): BuildSubject {
  const [namespace = '', name = ''] = fullName.split('/')
  return {
    type: namespace === 'rpms' ? 'koji_build' : `${namespace}_build`,
    item: version.startsWith(`${name}-`) ? version : `${name}-${version}`,
  }
}

/** What no check may say of itself: gating would take its word for another build's. */
export const ownKeys: ReadonlySet<string> = new Set(['arch', 'item', 'package', 'release', 'type', 'version'])
