/**
 * The archive that guests of the tests install from, instead of the real mirror: real packages, really signed, and so few that
 * apt has nothing to work through. It is made once and kept in data/.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { archiveHost, newer, older, type Offered } from './archive-packages.ts'
import { buildDeb } from './deb.ts'
import { temporaryFolder } from './folder.ts'
import { codeOf, kept, testData } from './kept.ts'

const run = promisify(execFile)

/** Where guests keep its key. */
export const keyring = '/usr/share/keyrings/archive.assay.test.gpg'
/** What they read it by. */
export const sourceLine = `deb [signed-by=${keyring}] http://${archiveHost}/debian stable main`

export interface PackageArchive {
  /** What is served. */
  root: string
  keyring: string
  /** Its older edition as apt keeps lists: file names are what apt calls them. */
  lists: string
}

/** Makes it where it is not there yet, in a second. */
export async function packageArchive(): Promise<PackageArchive> {
  const folder = join(testData, 'test-archive')
  await kept(folder, await codeOf('package-archive', 'archive-packages', 'deb'), make)
  return { root: join(folder, 'www'), keyring: join(folder, 'key.gpg'), lists: join(folder, 'lists') }
}

async function make(folder: string): Promise<void> {
  await using home = await temporaryFolder()
  // Long ago, so that neither a guest's clock nor this host's can be before it.
  const gpg = (date: string, ...args: string[]) =>
    run('gpg', [
      ...['--homedir', home.path, '--batch', '--quiet', '--passphrase', '', '--faked-system-time', date],
      ...args,
    ])
  const [begun, before, now] = ['20240101T000000', '20240102T000000', '20240103T000000'] as const
  await gpg(begun, '--quick-generate-key', archiveHost, 'ed25519', 'sign', 'never')
  await gpg(begun, '--output', join(folder, 'key.gpg'), '--export', archiveHost)
  const pool = join(folder, 'www', 'debian', 'pool')
  const suite = join(folder, 'www', 'debian', 'dists', 'stable')
  const index = 'main/binary-amd64/Packages'
  await mkdir(pool, { recursive: true })
  await mkdir(join(suite, 'main', 'binary-amd64'), { recursive: true })
  await writeFile(join(suite, index), await packagesOf(newer, pool))
  await writeFile(join(suite, 'Release'), await releaseOf(3, index, join(suite, index)))
  await gpg(now, '--output', join(suite, 'InRelease'), '--clearsign', join(suite, 'Release'))

  const lists = join(folder, 'lists')
  const name = `${archiveHost}_debian_dists_stable_`
  const list = join(lists, `${name}${index.replaceAll('/', '_')}`)
  await mkdir(lists)
  await writeFile(list, await packagesOf(older, null))
  await writeFile(join(lists, 'Release'), await releaseOf(2, index, list))
  await gpg(before, '--output', join(lists, `${name}InRelease`), '--clearsign', join(lists, 'Release'))
  await rm(join(lists, 'Release'))
  await run('gpgconf', ['--homedir', home.path, '--kill', 'all'])
}

/** The index of the packages, whose files go to `pool`. */
async function packagesOf(offered: readonly Offered[], pool: string | null): Promise<string> {
  await using work = await temporaryFolder()
  const stanzas = offered.map(async ({ gone = false, ...deb }) => {
    const file = await buildDeb(work.path, deb)
    const bytes = await readFile(file)
    const { stdout } = await run('dpkg-deb', ['--field', file])
    if (pool !== null && !gone) await copyFile(file, join(pool, basename(file)))
    return `${stdout}Filename: pool/${basename(file)}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n`
  })
  return (await Promise.all(stanzas)).join('\n')
}

async function releaseOf(day: number, index: string, file: string): Promise<string> {
  const bytes = await readFile(file)
  return `Origin: Debian
Label: Debian
Suite: stable
Codename: stable
Date: ${new Date(Date.UTC(2024, 0, day)).toUTCString()}
Architectures: amd64
Components: main
SHA256:
 ${sha256(bytes)} ${bytes.length} ${index}
`
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
