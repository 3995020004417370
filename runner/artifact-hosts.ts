/** Where the files of a build may be fetched from: any public host, or only those that the site names. */
import { isIP, type LookupFunction } from 'node:net'
import { matchesText } from '../core/globs.ts'
import { isInside, lookupPublic } from './mirror/addresses.ts'

export interface ArtifactHosts {
  /** Why nothing is fetched from there; null: it may be. Asked before each request, also of a redirect. */
  whyNot: (url: URL) => string | null
  /** Resolves names at the moment of the connection, so that no name can lead elsewhere after it was asked; null: as usual. */
  lookup: LookupFunction | null
}

/** For a person at home, who names the files on the command line. */
export const anyHost: ArtifactHosts = { whyNot: () => null, lookup: null }

/** `named`: hosts of the site's own, globs, wherever they are; null: whatever is public. */
export function artifactHosts(named: readonly string[] | null): ArtifactHosts {
  if (named)
    return {
      whyNot: ({ hostname }) =>
        named.some((glob) => matchesText(bare(hostname), glob)) ? null : `${hostname} is not in ${setting}`,
      lookup: null,
    }
  return {
    whyNot: ({ hostname }) =>
      isIP(bare(hostname)) > 0 && isInside(bare(hostname))
        ? `${hostname} is no public address, and ${setting} does not name it`
        : null,
    lookup: lookupPublic,
  }
}

const setting = 'ASSAY_ARTIFACT_HOSTS'

/** URLs write addresses of IPv6 in brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')
