/** The host's own package sources, and which of them offer the Debian distribution itself. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, CommandFailed } from '../command.ts'

export interface AptSource {
  /** Address of the archive, with a slash at its end. */
  uri: string
  suites: string[]
  components: string[]
}

/** The archives that offer Debian: the distribution and its security updates, at this host's mirrors. */
export interface DebianArchive {
  main: string
  security: string | null
}

/** Every enabled source of binary packages that comes over HTTP. */
export async function hostSources(folder = '/etc/apt'): Promise<AptSource[]> {
  const more = await readdir(join(folder, 'sources.list.d')).catch(() => [])
  const files = ['sources.list', ...more.sort().map((name) => join('sources.list.d', name))]
  const sources: AptSource[] = []
  for (const name of files) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '')
    if (name.endsWith('.list')) sources.push(...parseLines(text))
    else if (name.endsWith('.sources')) sources.push(...parseStanzas(text))
  }
  return sources.filter(({ uri }) => /^https?:\/\/[^/]/.test(uri))
}

/** The one-line format: `deb [options] URI SUITE COMPONENT...` */
export function parseLines(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const parts = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)(?:\s+([^#]*))?/.exec(line.trim())
    if (!parts) return []
    return [{ uri: slashed(parts[1] ?? ''), suites: [parts[2] ?? ''], components: words(parts[3]) }]
  })
}

/** The deb822 format: stanzas of fields, whose values may go on in indented lines. */
export function parseStanzas(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>()
    let current = ''
    for (const line of stanza.split('\n').filter((row) => !row.startsWith('#'))) {
      const field = /^([A-Za-z-]+):(.*)$/.exec(line)
      if (field) current = (field[1] ?? '').toLowerCase()
      fields.set(current, `${fields.get(current) ?? ''} ${field ? (field[2] ?? '') : line}`)
    }
    if (!words(fields.get('types')).includes('deb') || /^\s*(no|false)/i.test(fields.get('enabled') ?? ''))
      return []
    const suites = words(fields.get('suites'))
    const components = words(fields.get('components'))
    return words(fields.get('uris')).map((uri) => ({ uri: slashed(uri), suites, components }))
  })
}

/**
 * Asks each source what it is, through apt's own downloader (which knows the host's proxies), and keeps the first that
 * says it is Debian. null: none does, or none can be reached.
 */
export async function debianArchive(
  sources: readonly AptSource[],
  signal?: AbortSignal,
): Promise<DebianArchive | null> {
  let main: string | null = null
  let security: string | null = null
  for (const { uri, suites, components } of sources) {
    if (!components.includes('main') || (main && security)) continue
    const { origin, label } = await releaseOf(uri, suites[0] ?? '', signal)
    if (origin !== 'Debian') continue
    if (label === 'Debian') main ??= uri
    if (label === 'Debian-Security') security ??= uri
  }
  return main ? { main, security } : null
}

/** What apt reads in a machine or a chroot to install `suite` from these archives. */
export function sourceLines({ main, security }: DebianArchive, suite: string): string[] {
  const lines = [`deb ${main} ${suite} main`]
  if (suite === 'sid' || suite === 'unstable') return lines
  lines.push(`deb ${main} ${suite}-updates main`)
  if (security) lines.push(`deb ${security} ${suite}-security main`)
  return lines
}

async function releaseOf(
  uri: string,
  suite: string,
  signal?: AbortSignal,
): Promise<{ origin?: string; label?: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-release-'))
  try {
    const file = join(folder, 'InRelease')
    await command(
      '/usr/lib/apt/apt-helper',
      [
        '-oAcquire::http::Timeout=20',
        '-oAcquire::Retries=1',
        'download-file',
        `${uri}dists/${suite}/InRelease`,
        file,
      ],
      { signal },
    )
    const text = (await readFile(file, 'utf8')).slice(0, 4000)
    const field = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''
    return { origin: field('Origin'), label: field('Label') }
  } catch (error) {
    if (!(error instanceof CommandFailed) || signal?.aborted) throw error
    return {}
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const words = (text = ''): string[] => text.split(/\s+/).filter(Boolean)
const slashed = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`)
