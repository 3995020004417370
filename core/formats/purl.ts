/** Package URLs: `pkg:type/namespace/name@version?key=value` (https://github.com/package-url/purl-spec). */
import { PackageURL } from 'packageurl-js'

export interface PackageUrl {
  type: string
  name: string
  version: string | null
  qualifiers: ReadonlyMap<string, string>
}

/** The parts of `text`, decoded; null where it is no package URL. */
export function readPurl(text: string): PackageUrl | null {
  try {
    // The library reads qualifiers as a form of the web, in which a plus is a space; in versions of Debian it is a plus.
    const { type, name, version, qualifiers } = PackageURL.fromString(text.replaceAll('+', '%2B'))
    return { type, name, version: version ?? null, qualifiers: new Map(Object.entries(qualifiers ?? {})) }
  } catch {
    return null
  }
}
