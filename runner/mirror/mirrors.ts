/** Which hosts machines may fetch packages from, and the way there: directly, or through the host's own proxy. */
import { isIP } from 'node:net'
import { command } from '../command.ts'
import { hostSources } from './apt-sources.ts'

export interface Mirror {
  /** Name or address, and port, as a machine asks for it: `deb.debian.org`, `mirror.example:8081`. */
  host: string
  /** How the mirror itself is spoken to: a machine always speaks plain HTTP to the proxy. */
  secure: boolean
}

export interface Mirrors {
  /** null: not one of them. `host` as in a URL. */
  find: (host: string) => Mirror | null
  /** Address of the proxy through which this host reaches `host`, or null. Only http:// ones. */
  proxyFor: (host: string) => URL | null
  /** Whether the mirror was configured by a bare address or as localhost, and so may be at a loopback address. */
  mayBeLocal: (host: string) => boolean
  names: string[]
}

/** `configured`: host names from the site's configuration; null: those of the host's own package sources. */
export async function findMirrors(configured: readonly string[] | null): Promise<Mirrors> {
  const mirrors = configured
    ? configured.map((host) => ({ host: host.toLowerCase(), secure: false }))
    : (await hostSources()).map(({ uri }) => {
        const url = new URL(uri)
        return { host: url.host, secure: url.protocol === 'https:' }
      })
  return createMirrors(mirrors, parseProxies(await aptProxies(), process.env))
}

export function createMirrors(mirrors: readonly Mirror[], proxyFor: Mirrors['proxyFor']): Mirrors {
  const known = new Map(mirrors.map((mirror) => [mirror.host, mirror]))
  return {
    find: (host) => known.get(host.toLowerCase()) ?? null,
    proxyFor,
    mayBeLocal: (host) => isIP(host.replace(/^\[|\]$/g, '')) > 0 || host === 'localhost',
    names: [...known.keys()],
  }
}

/** apt's own words on proxies, `NAME "VALUE";` a line. */
async function aptProxies(): Promise<string> {
  return command('apt-config', ['dump', 'Acquire::http::Proxy']).catch(() => '')
}

/** apt's configuration comes first, as with apt itself; then the environment. */
export function parseProxies(
  apt: string,
  env: Readonly<Record<string, string | undefined>>,
): Mirrors['proxyFor'] {
  const told = new Map<string, string>()
  for (const [, host = '', value = ''] of apt.matchAll(/^Acquire::http::Proxy(?:::(\S+))? "(.*)";$/gim))
    if (value !== '') told.set(host.toLowerCase(), value)
  const direct = (env['no_proxy'] ?? env['NO_PROXY'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  const fromEnvironment = env['http_proxy'] ?? ''
  return (host) => {
    const name = host.replace(/:\d+$/, '')
    const chosen =
      told.get(name) ??
      told.get('') ??
      (direct.some((end) => `.${name}`.endsWith(end.replace(/^\*?\.?/, '.'))) ? '' : fromEnvironment)
    if (chosen === '' || chosen === 'DIRECT' || !URL.canParse(chosen)) return null
    const url = new URL(chosen)
    return url.protocol === 'http:' ? url : null
  }
}
