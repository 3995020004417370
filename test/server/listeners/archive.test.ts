/** What an archive's watcher makes of an archive that changes. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { lookAtArchive } from '../../../server/listeners/archive/watch.ts'
import type { ArchiveListener } from '../../../schemas/types.gen.ts'
import { startArchive, type Shipped, type TestArchive } from '../../support/archive.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello } from '../../support/site.ts'

const yesterday = new Date(Date.now() - 24 * 3_600_000)
const others: Shipped[] = Array.from({ length: 300 }, (_, n) => ({ source: `other${n}`, version: '1' }))
const shipped = (version: string, more: Partial<Shipped> = {}): Shipped[] => [
  ...others,
  { source: 'hello', version, ...more },
]

onEachDatabase('watching an archive', (open) => {
  let database: TestDatabase
  let server: TestServer
  let site: TestArchive
  let settings: ArchiveListener

  before(async () => {
    database = await open()
    site = await startArchive()
  })
  after(async () => {
    await site[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    server = await startTestServer({ databaseUrl: database.url })
    const name = `archive-${Math.random().toString(36).slice(2)}`
    settings = { name, url: site.url, suites: { [name]: name }, keyring: site.keyring }
    await addHello(server.services)
    await server.services.stores.listeners.ensure(name, 'archive')
    await site.publish(settings.name, shipped('1.0-1'), yesterday)
  })
  afterEach(() => server.close())

  const look = (): Promise<void> => lookAtArchive(server.services, settings, new AbortController().signal)
  const versions = async (): Promise<string[]> =>
    (await server.services.stores.builds.list({ limit: 1000 }))
      .filter(({ release }) => release === settings.name)
      .map(({ version }) => version)
      .reverse()
  const state = async () =>
    (await server.services.stores.listeners.list()).find(({ name }) => name === settings.name)!

  it('records at first what is there and schedules nothing', async () => {
    await look()
    await look()
    assert.deepEqual(await versions(), [])
    assert.equal((await state()).trouble, null)
  })

  it('asks for nothing but the Release file while nothing changes', async () => {
    await look()
    site.asked.length = 0
    await look()
    assert.deepEqual(site.asked, [`304 /dists/${settings.name}/InRelease`])
  })

  it('hears a new version as a build with its source and binaries by checksum', async () => {
    await look()
    await site.publish(settings.name, shipped('1.0-2'))
    await look()
    const [build] = await server.services.stores.builds.list({ limit: 1 })
    assert.deepEqual(
      [build?.package, build?.version, build?.architectures],
      ['deb/hello', '1.0-2', ['x86_64']],
    )
    assert.deepEqual(
      build?.artifacts.map(({ url }) => url),
      ['hello_1.0-2.dsc', 'libhello_1.0-2_amd64.deb'].map((name) => `${site.url}/pool/main/h/hello/${name}`),
    )
    assert.equal((await server.services.stores.executions.ofBuild(build.id)).length, 1)
    await look()
    assert.deepEqual(await versions(), ['1.0-2'])
  })

  it('waits for the binaries of a version whose source came first', async () => {
    await look()
    await site.publish(settings.name, shipped('1.0-2', { built: false }))
    await look()
    assert.deepEqual(await versions(), [])
    await site.publish(settings.name, shipped('1.0-2'))
    await look()
    assert.deepEqual(await versions(), ['1.0-2'])
  })

  it('hears a package that is new to the archive, and counts those that nobody added here', async () => {
    await site.publish(settings.name, others, yesterday)
    await look()
    await site.publish(settings.name, [...shipped('1.0-1'), { source: 'stranger', version: '3' }])
    await look()
    assert.deepEqual(await versions(), ['1.0-1'])
    const counts = (await server.services.stores.listeners.ignored()).filter(
      ({ listener }) => listener === settings.name,
    )
    assert.deepEqual(
      counts.map(({ rule, count, last }) => [rule, count, last]),
      [['unknownPackage', 1, `stranger 3 in ${settings.name}`]],
    )
  })

  it('takes what it had not finished up again, and hears nothing twice', async () => {
    await look()
    await site.publish(settings.name, shipped('1.0-2'))
    const { stores } = server.services
    const position = (await stores.listeners.position(settings.name, settings.name))!
    await look()
    // As if it had been killed between the build and what it remembers of it.
    await stores.listeners.setPosition(settings.name, settings.name, position)
    await stores.archiveVersions.record(
      { listener: settings.name, suite: settings.name, arch: 'amd64' },
      new Map([['hello', '1.0-1']]),
    )
    await look()
    assert.deepEqual(await versions(), ['1.0-2'])
    assert.deepEqual(await state().then(({ stored, repeated }) => [stored, repeated]), [1, 1])
  })

  it('records a component that is watched later without scheduling it', async () => {
    await look()
    settings = { ...settings, architectures: ['amd64', 'arm64'] }
    await look()
    assert.deepEqual(await versions(), [])
  })

  const refused = async (reason: RegExp): Promise<void> => {
    await look()
    assert.match((await state()).trouble ?? '', reason)
    assert.deepEqual(await versions(), [])
  }

  it('believes nothing that no key of its keyring has signed', async () => {
    await look()
    await site.publish(settings.name, shipped('1.0-2'))
    const path = site.path(`dists/${settings.name}/InRelease`)
    await writeFile(path, (await readFile(path, 'utf8')).replace('SHA256:', 'SHA512:'))
    await refused(/not signed by a key/)
  })

  it('believes no Release file that is older than one it has seen', async () => {
    await look()
    await site.publish(settings.name, shipped('1.0-2'), new Date(yesterday.getTime() - 3_600_000))
    await refused(/older than one/)
  })

  it('believes no index that is not what the Release file says, and recovers when it is', async () => {
    await look()
    const spoil = async (text: string): Promise<void> => {
      const listed = /([0-9a-f]{64}) \d+ main\/source\/Sources\.gz/.exec(
        await readFile(site.path(`dists/${settings.name}/Release`), 'utf8'),
      )
      await writeFile(site.path(`dists/${settings.name}/main/source/by-hash/SHA256/${listed![1]!}`), text)
    }
    await site.publish(settings.name, shipped('1.0-2'))
    await spoil('nonsense')
    await refused(/not what the Release file says/)
    await site.publish(settings.name, shipped('1.0-2'))
    await look()
    assert.deepEqual(await versions(), ['1.0-2'])
    assert.equal((await state()).trouble, null)
  })
})
