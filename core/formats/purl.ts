/** Package URLs: `pkg:type/namespace/name@version?key=value`. */

export interface PackageUrl {
  type: string
  name: string
  version: string | null
  qualifiers: ReadonlyMap<string, string>
}

const form =
  /^pkg:\/*(?<type>[a-z][a-z0-9.+-]*)\/(?:[^@?#]*\/)?(?<name>[^/@?#]+)(?:@(?<version>[^?#]+))?(?:\?(?<query>[^#]*))?(?:#.*)?$/i

/** The parts of `text`, decoded; null where it is no package URL. */
export function readPurl(text: string): PackageUrl | null {
  const { type, name, version, query = '' } = form.exec(text)?.groups ?? {}
  if (type === undefined || name === undefined) return null
  try {
    return {
      type: type.toLowerCase(),
      name: decodeURIComponent(name),
      version: version === undefined ? null : decodeURIComponent(version),
      qualifiers: new Map(query.split('&').map(pair)),
    }
  } catch {
    return null
  }
}

function pair(text: string): [string, string] {
  const [key = '', ...value] = text.split('=')
  return [key.toLowerCase(), decodeURIComponent(value.join('='))]
}
