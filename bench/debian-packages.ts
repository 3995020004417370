/** Real packages of Debian 12 from the host's own mirror: their source trees, and what was built of them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../runner/command.ts'
import { debianArchive, hostSources, sourceLines } from '../runner/mirror/apt-sources.ts'

export interface DebianPackage {
  name: string
  version: string
  /** Its source, unpacked and patched. */
  tree: string
  /** Paths of its binary packages for this architecture. */
  files: string[]
}

/** Fetches them into `folder`, with lists of apt's of its own. */
export async function fetchPackages(folder: string, names: readonly string[]): Promise<DebianPackage[]> {
  const apt = await ownApt(folder)
  const packages: DebianPackage[] = []
  for (const name of names) {
    const place = join(folder, name)
    await mkdir(place)
    await apt('apt-get', place, 'source', '-qq', name)
    const { version, binaries } = await sourceIn(place)
    // Some are for other architectures: apt knows no version of those.
    const known = await apt('apt-cache', place, 'madison', ...binaries)
    const had = binaries.filter((binary) => known.split(/\s+/).includes(binary))
    await apt('apt-get', place, 'download', '-qq', ...had)
    const entries = await readdir(place, { withFileTypes: true })
    const tree = entries.find((entry) => entry.isDirectory())
    if (!tree) throw new Error(`The source of ${name} did not unpack.`)
    const files = entries
      .filter((entry) => entry.name.endsWith('.deb'))
      .map((entry) => join(place, entry.name))
    packages.push({ name, version, tree: join(place, tree.name), files })
  }
  return packages
}

type Apt = (program: 'apt-get' | 'apt-cache', cwd: string, ...words: string[]) => Promise<string>

async function ownApt(folder: string): Promise<Apt> {
  const archive = await debianArchive(await hostSources())
  if (!archive) throw new Error('None of the host’s package sources offers Debian.')
  const state = join(folder, '.apt')
  await mkdir(join(state, 'lists', 'partial'), { recursive: true })
  await mkdir(join(state, 'cache', 'archives', 'partial'), { recursive: true })
  const lines = sourceLines(archive, 'bookworm')
  const both = [...lines, ...lines.map((line) => line.replace(/^deb /, 'deb-src '))]
  await writeFile(join(state, 'sources.list'), `${both.join('\n')}\n`)
  await writeFile(join(state, 'status'), '')
  const options = [
    `Dir::Etc::sourcelist=${join(state, 'sources.list')}`,
    'Dir::Etc::sourceparts=-',
    `Dir::State::lists=${join(state, 'lists')}`,
    `Dir::State::status=${join(state, 'status')}`,
    `Dir::Cache=${join(state, 'cache')}`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Check-Valid-Until=false',
  ].map((option) => `-o${option}`)
  const apt: Apt = (program, cwd, ...words) => command(program, [...options, ...words], { cwd })
  await apt('apt-get', folder, 'update', '-qq')
  return apt
}

/** What the source package there says of itself: its version, and the names of its packages that are no installer's own. */
async function sourceIn(place: string): Promise<{ version: string; binaries: string[] }> {
  const name = (await readdir(place)).find((entry) => entry.endsWith('.dsc')) ?? ''
  const text = await readFile(join(place, name), 'utf8')
  const version = /^Version: (\S+)$/m.exec(text)?.[1]
  if (version === undefined) throw new Error(`${name} tells no version.`)
  const list = /^Package-List:\n((?: .*\n?)+)/m.exec(text)?.[1] ?? ''
  return { version, binaries: [...list.matchAll(/^ (\S+) deb /gm)].map(([, binary = '']) => binary) }
}
