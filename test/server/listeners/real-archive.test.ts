/** The host's own archive, brought here by apt: real signatures, real indices, real differences. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { readDeb822 } from '../../../core/formats/deb822.ts'
import { readSourcePackage } from '../../../core/debian-archive/stanzas.ts'
import { readRelease } from '../../../core/debian-archive/release.ts'
import { compareVersions } from '../../../core/versions.ts'
import { lookAtArchive } from '../../../server/listeners/archive/watch.ts'
import type { ArchiveListener } from '../../../schemas/types.gen.ts'
import { serveFolder } from '../../support/archive.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { startTestServer } from '../../support/server.ts'

const run = promisify(execFile)

describe("watching Debian's own archive", () => {
  let folder: TemporaryFolder
  let suite: string
  before(async () => {
    folder = await temporaryFolder()
    const os = await readFile('/etc/os-release', 'utf8')
    suite = `${/^VERSION_CODENAME=(\w+)$/m.exec(os)?.[1] ?? 'bookworm'}-security`
    await bringSuite(folder.path, suite)
  })
  after(() => folder[Symbol.asyncDispose]())

  it('records its present state, then finds in an older one exactly what has changed since', async () => {
    await using served = await serveFolder(join(folder.path, 'www'))
    await using server = await startTestServer()
    const { stores, now } = server.services
    const settings: ArchiveListener = { name: 'security', url: served.url, suites: { [suite]: 'stable' } }
    const look = () => lookAtArchive(server.services, settings, new AbortController().signal)
    await stores.listeners.ensure('security', 'archive')
    const present = await presentVersions(join(folder.path, 'www/dists', suite, 'main/source/Sources'))
    for (const name of present.keys()) await stores.packages.ensure({ namespace: 'deb', name }, now())

    await look()
    assert.equal((await stores.listeners.list())[0]?.trouble, null)
    assert.deepEqual(await stores.builds.list({ limit: 1 }), [])
    const shelf = { listener: 'security', suite, arch: 'amd64' }
    assert.deepEqual(await stores.archiveVersions.all(shelf), present)

    // Every seventh package as if it had not come yet, every eleventh as if in an older version.
    const names = [...present.keys()]
    const older = names.filter((_, n) => n % 7 === 0 || n % 11 === 0)
    await stores.archiveVersions.record(shelf, new Map(older.map((name) => [name, '0~'])))
    const position = JSON.parse((await stores.listeners.position('security', suite))!) as object
    await stores.listeners.setPosition('security', suite, JSON.stringify({ ...position, etag: null }))
    await look()
    const found = await stores.builds.list({ limit: 1000 })
    const built = new Set(await builtSources(join(folder.path, 'www/dists', suite)))
    const expected = older.filter((name) => built.has(`${name} ${present.get(name) ?? ''}`))
    assert.ok(expected.length > 50)
    assert.deepEqual(
      found.map((build) => `${build.package} ${build.version}`).sort(),
      expected.map((name) => `deb/${name} ${present.get(name) ?? ''}`).sort(),
    )
    assert.ok(found.every(({ artifacts }) => artifacts.some(({ name }) => name.endsWith('.deb'))))
  })
})

/** Lets apt fetch the suite from wherever this host gets its packages, and lays it out as a mirror has it. */
async function bringSuite(folder: string, suite: string): Promise<void> {
  const lists = join(folder, 'lists')
  await mkdir(join(lists, 'partial'), { recursive: true })
  const line = `[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian-security ${suite} main`
  await writeFile(join(folder, 'sources.list'), `deb-src ${line}\ndeb [arch=amd64 ${line.slice(1)}\n`)
  const options = {
    'Dir::State::lists': lists,
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Acquire::GzipIndexes': 'false',
    'Acquire::Languages': 'none',
    'APT::Sandbox::User': 'root',
  }
  await run('apt-get', [
    'update',
    ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
  ])
  for (const file of await readdir(lists)) {
    const [, path] = /_dists_(.+)$/.exec(file) ?? []
    if (path === undefined) continue
    const target = join(folder, 'www/dists', path.replaceAll('_', '/'))
    await mkdir(dirname(target), { recursive: true })
    await rename(join(lists, file), target)
  }
  await nameByHash(join(folder, 'www/dists', suite))
}

/** Where the suite says that its files are there by checksum, they are. */
async function nameByHash(root: string): Promise<void> {
  const release = readRelease((await readFile(join(root, 'InRelease'), 'utf8')).replace(/^[^]*?\n\n/, ''))
  for (const path of ['main/source/Sources', 'main/binary-amd64/Packages']) {
    const target = join(root, dirname(path), 'by-hash/SHA256', release!.files.get(path)!.sha256)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, await readFile(join(root, path)))
  }
}

async function presentVersions(path: string): Promise<Map<string, string>> {
  const newest = new Map<string, string>()
  for (const stanza of readDeb822(await readFile(path, 'utf8')).stanzas) {
    const one = readSourcePackage(stanza)
    if (one && compareVersions(one.version, newest.get(one.source) ?? '~', 'deb') > 0)
      newest.set(one.source, one.version)
  }
  return newest
}

/** `source version` of everything that has binaries, read in another way than the watcher does. */
async function builtSources(root: string): Promise<string[]> {
  const text = await readFile(join(root, 'main/binary-amd64/Packages'), 'utf8')
  return text.split('\n\n').map((stanza) => {
    const name = /^Package: (\S+)$/m.exec(stanza)?.[1] ?? ''
    const version = /^Version: (\S+)$/m.exec(stanza)?.[1] ?? ''
    const source = /^Source: (\S+)(?: \((\S+)\))?$/m.exec(stanza)
    return `${source?.[1] ?? name} ${source?.[2] ?? version}`
  })
}
