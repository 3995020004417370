/** Data pairs that gating asks for, and what Assay says of its own results in them. */

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
  /** namespace/name */
  package: string
  version: string
  release: string
  arch: string
}

/** `item` names the build: NAME-VERSION, or the version where that is a whole name-version-release. */
export function ownPairs({ package: fullName, version, release, arch }: About): [string, string][] {
  const [namespace = '', name = ''] = fullName.split('/')
  return [
    ['arch', arch],
    ['item', version.startsWith(`${name}-`) ? version : `${name}-${version}`],
    ['package', fullName],
    ['release', release],
    ['type', namespace === 'rpms' ? 'koji_build' : `${namespace}_build`],
    ['version', version],
  ]
}

/** What no check may say of itself: gating would take its word for another build's. */
export const ownKeys: ReadonlySet<string> = new Set(['arch', 'item', 'package', 'release', 'type', 'version'])
