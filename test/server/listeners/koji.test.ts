/** Files of Koji's builds: asked for beside the bus, and no check begins before it is known what it would check. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { BusListener } from '../../../schemas/types.gen.ts'
import { replayEvent } from '../../../server/flows/replay-event.ts'
import { rerun } from '../../../server/flows/rerun.ts'
import { sweep } from '../../../server/flows/sweep.ts'
import { hearMessages } from '../../../server/listeners/bus/hear-messages.ts'
import { giveUpUnsought, startSeeking } from '../../../server/listeners/koji/seek-files.ts'
import type { Repeating } from '../../../server/listeners/repeatedly.ts'
import type { Build } from '../../../server/store/builds.ts'
import { sampleCheck } from '../../support/checks.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { startKojiHub, type TestHub } from '../../support/koji-hub.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const sha256 = 'a'.repeat(64)
const rpm = (id: number, name: string, arch: string) => ({
  id,
  name,
  version: '5.2',
  release: '1.fc41',
  arch,
  size: 10,
  payloadhash: null,
})
const methods = () => ({
  getBuild: (id: unknown) =>
    id === 1
      ? { name: 'bash', version: '5.2', release: '1.fc41', state: 1, volume_name: 'DEFAULT', epoch: null }
      : null,
  listBuildRPMs: () => [rpm(11, 'bash', 'x86_64'), rpm(12, 'bash', 'src'), rpm(13, 'bash-doc', 'noarch')],
  getRPMChecksums: () => ({ '': { sha256 } }),
})

onEachDatabase('files of a Koji build', (open) => {
  let database: TestDatabase
  let server: TestServer
  let hub: TestHub
  let bus: BusListener & { koji: NonNullable<BusListener['koji']> }
  let seeker: Repeating | null

  beforeEach(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    hub = await startKojiHub(methods())
    seeker = null
    const koji = { hub: hub.url, files: 'https://files.example' }
    bus = { name: 'fedora', queue: 'q', bindings: ['#'], koji }
    const { stores, now } = server.services
    await stores.listeners.ensure('fedora', 'bus')
    const bash = await stores.packages.ensure({ namespace: 'rpms', name: 'bash' }, now())
    const registration = { packageId: bash.id, branch: 'main', commit: 'b'.repeat(40), pushedBy: null }
    const checks = [sampleCheck({ name: 'smoke', for: ['rpms/bash'] })]
    await stores.registrations.add({ ...registration, checks, createdAt: now() }, true)
  })
  afterEach(async () => {
    await seeker?.close()
    await hub.close()
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  const message = (build: number) => ({
    ...{ build_id: build, name: 'bash', version: '5.2', release: '1.fc41', attribute: 'state' },
    ...{ new: 1, instance: 'primary', owner: 'ann', request: null, epoch: 1 },
  })
  const hearBuild = async (build = 1): Promise<Build> => {
    const body = message(build)
    await hearMessages(server.services, bus, [
      {
        ...{ topic: 'org.fedoraproject.test.buildsys.build.state.change', id: randomUUID(), sentAt: null },
        ...{ body, unreadable: null, bytes: Buffer.from(JSON.stringify(body)) },
      },
    ])
    const [heard] = await server.services.stores.builds.list({ limit: 1 })
    return heard!
  }
  const seek = async (): Promise<void> => {
    seeker = await startSeeking(server.services, bus.name, bus.koji)
  }
  const executions = (build: Build) => server.services.stores.executions.ofBuild(build.id)
  const settled = (build: Build): Promise<Build> =>
    until('the search to end', async () => {
      const now = await server.services.stores.builds.get(build.id)
      return now.files?.state === 'awaited' ? undefined : now
    })
  const trouble = async (): Promise<string | null> => {
    const states = await server.services.stores.listeners.list()
    return states.find(({ kind }) => kind === 'hub')?.trouble ?? null
  }

  it('are what its checks get, and none is scheduled before', async () => {
    const build = await hearBuild()
    await sweep(server.services, server.services.now())
    assert.equal(build.files?.state, 'awaited')
    assert.deepEqual(await executions(build), [])
    const page = await fetch(`${server.url}/packages/rpms/bash`, { headers: { accept: 'text/html' } })
    assert.match(await page.text(), /waits for its files/)
    await seek()
    const found = await settled(build)
    assert.deepEqual(
      found.artifacts.map(({ url }) => url),
      ['x86_64/bash-5.2-1.fc41.x86_64.rpm', 'noarch/bash-doc-5.2-1.fc41.noarch.rpm'].map(
        (file) => `https://files.example/packages/bash/5.2/1.fc41/${file}`,
      ),
    )
    await until('its execution', async () => (await executions(build))[0]?.state === 'scheduled')
    assert.deepEqual(hub.asked, ['getBuild', 'listBuildRPMs', 'getRPMChecksums', 'getRPMChecksums'])
  })

  it('are asked for at once when the bus says so, and once however often the build is announced', async () => {
    await seek()
    const build = await hearBuild()
    seeker!.soon()
    await settled(build)
    await hearBuild()
    seeker!.soon()
    await until('its execution', async () => (await executions(build)).length === 1)
    assert.equal(hub.asked.filter((method) => method === 'getBuild').length, 1)
  })

  it('are scheduled by the sweep where the server was killed after they were found', async () => {
    const build = await hearBuild()
    await server.services.stores.builds.setFiles(build.id, [])
    await sweep(server.services, server.services.now())
    assert.equal((await executions(build)).length, 1)
  })

  for (const [what, instead] of Object.entries({
    'is down': { status: 502, body: '<html>Bad Gateway</html>' },
    'speaks no XML-RPC': { status: 200, body: '<html>It works!</html>' },
    'answers without end': { status: 200, body: ' '.repeat(33 * 1024 ** 2) },
  }))
    it(`are awaited while the hub ${what}, which is said, and the bus goes on`, async () => {
      hub.instead = instead
      await seek()
      const build = await hearBuild()
      seeker!.soon()
      await until('the trouble to be said', trouble)
      assert.match((await trouble())!, /^rpms\/bash 1:5\.2-1\.fc41: The hub cannot be asked/)
      assert.equal((await trouble())?.includes(hub.url), false)
      assert.deepEqual(await executions(build), [])
      hub.instead = null
      await seeker!.close()
      await seek()
      await settled(build)
      await until('all to be well', async () => (await trouble()) === null)
    })

  for (const [what, changed, note] of [
    ['the hub does not know the build', { getBuild: () => null }, /build must be object/],
    [
      'the hub means another build',
      { getBuild: () => ({ name: 'zsh', version: '5.2', release: '1.fc41', state: 1 }) },
      /it is zsh-5\.2-1\.fc41/,
    ],
    [
      'the build was deleted',
      { getBuild: () => ({ name: 'bash', version: '5.2', release: '1.fc41', state: 2 }) },
      /not complete, or deleted/,
    ],
    ['an RPM has no checksum', { getRPMChecksums: () => ({}) }, /no SHA-256 of bash\.x86_64/],
    [
      'a checksum is none',
      { getRPMChecksums: () => ({ '': { sha256: '../../etc/passwd' } }) },
      /no SHA-256 of bash\.x86_64/,
    ],
    [
      'there are more files than a build may have',
      { listBuildRPMs: () => Array.from({ length: 501 }, (_, n) => rpm(n, `bash-${n}`, 'noarch')) },
      /501 files.* must NOT have more than 500/,
    ],
    ['a name climbs', { listBuildRPMs: () => [rpm(1, '..', 'x86_64')] }, /rpms\.0\.name/],
  ] as const)
    it(`are missing where ${what}: its checks are skipped, and say why`, async () => {
      Object.assign(hub.methods, changed)
      const build = await hearBuild()
      await seek()
      const missing = await settled(build)
      assert.match(missing.files?.note ?? '', note)
      const [execution] = await until('its execution', async () => {
        const made = await executions(build)
        return made.length > 0 ? made : undefined
      })
      assert.equal(execution?.outcome, 'skipped')
      assert.match(execution.note ?? '', /^The build's files were not found: /)
    })

  it('that were missing are looked for again when the event is replayed, and then checks run again', async () => {
    hub.methods['getBuild'] = () => null
    const build = await hearBuild()
    await seek()
    await settled(build)
    const [skipped] = await until('its execution', async () => {
      const made = await executions(build)
      return made.length > 0 ? made : undefined
    })
    assert.equal((await rerun(server.services, skipped!.id, 'ann')).outcome, 'skipped')
    hub.methods = methods()
    const event = await server.services.stores.events.ofBuild(build.id)
    await replayEvent(server.services, event!.id)
    seeker!.soon()
    assert.equal((await settled(build)).artifacts.length, 2)
    assert.equal((await rerun(server.services, skipped!.id, 'ann')).state, 'scheduled')
  })

  it('of one build that the hub refuses to speak of keep those of no other waiting', async () => {
    await hearBuild(2)
    hub.methods['getBuild'] = (id) => {
      if (id === 2) throw new Error('a fault of this build')
      return methods().getBuild(id)
    }
    const build = await hearBuild(1)
    await seek()
    await settled(build)
    await until('the refusal to be said', async () => /a fault of this build/.test((await trouble()) ?? ''))
  })

  it('are given up when the settings name their hub no more', async () => {
    const build = await hearBuild()
    await giveUpUnsought(server.services, [bus])
    assert.equal((await server.services.stores.builds.get(build.id)).files?.state, 'awaited')
    await giveUpUnsought(server.services, [{ ...bus, koji: undefined } as unknown as BusListener])
    assert.match((await settled(build)).files?.note ?? '', /name no hub for fedora/)
  })
})
