/**
 * The archive that guests of the tests install from, instead of the real mirror: real packages, really signed, and so few that
 * apt has nothing to work through. It is made once and kept in data/.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { archiveKey, signRelease } from './archive-key.ts'
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
  /** Of what it offers, in both editions. */
  digest: string
}

const index = 'main/binary-amd64/Packages'

/** Makes it where it is not there yet, in a second or two. */
export async function packageArchive(): Promise<PackageArchive> {
  const folder = join(testData, 'test-archive')
  const key = await archiveKey()
  const from = [await readFile(key), ...(await codeOf('package-archive', 'archive-packages', 'deb'))]
  await kept(folder, from, async (target) => {
    const suite = join(target, 'www', 'debian', 'dists', 'stable')
    const pool = join(target, 'www', 'debian', 'pool')
    await mkdir(pool, { recursive: true })
    await publish(`${suite}/`, index, { packages: await packagesOf(newer, pool), day: 3 })
    const lists = join(target, 'lists', `${archiveHost}_debian_dists_stable_`)
    await publish(lists, index.replaceAll('/', '_'), { packages: await packagesOf(older, null), day: 2 })
  })
  const digest = await readFile(join(folder, 'made-from'), 'utf8')
  return { root: join(folder, 'www'), keyring: key, lists: join(folder, 'lists'), digest }
}

/** Writes the index and what vouches for it, which begin with `start`. */
async function publish(start: string, file: string, what: { packages: string; day: number }): Promise<void> {
  const { packages, day } = what
  await mkdir(dirname(`${start}${file}`), { recursive: true })
  await writeFile(`${start}${file}`, packages)
  await writeFile(
    `${start}Release`,
    `Origin: Debian
Label: Debian
Suite: stable
Codename: stable
Date: ${new Date(Date.UTC(2024, 0, day)).toUTCString()}
Architectures: amd64
Components: main
SHA256:
 ${sha256(packages)} ${Buffer.byteLength(packages)} ${index}
`,
  )
  await signRelease(`${start}Release`, day)
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

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')
