import assert from 'node:assert/strict'
import { chmod, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openThreads } from '../../../ground/in-thread.ts'
import { registerMissedPushes, registerPush } from '../../../server/flows/register-push.ts'
import type * as TreeReading from '../../../server/tree-reading.ts'
import { manifest, openClone, runGit, type Clone } from '../../support/clone.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

const treeReading = new URL('../../../server/tree-reading.js', import.meta.url)

/** Many values, which take their reader seconds, and are refused after that: no hook lets it in. */
const slow = `checks:\n  - name: a\n    run: "true"\n    env:\n${'      A: [1, 2]\n'.repeat(40_000)}`

describe('registering a push', () => {
  const name = { namespace: 'deb', name: 'hello' }
  let server: TestServer
  let clone: Clone

  beforeEach(async () => {
    server = await startTestServer()
    clone = await openClone(server)
    const { packages } = server.services.stores
    await packages.allow((await packages.get(name)).id, { force: true, deletion: true })
  })
  afterEach(async () => {
    await clone[Symbol.asyncDispose]()
    await server.close()
  })

  const current = async () => {
    const { packages, registrations } = server.services.stores
    return registrations.current((await packages.get(name)).id)
  }
  const summary = async (): Promise<string[]> =>
    (await current()).map(
      ({ branch, isDefault, checks }) =>
        `${branch}${isDefault ? '*' : ''}:${checks.map((check) => check.run).join()}`,
    )
  const history = async (): Promise<number> => {
    const { packages, registrations } = server.services.stores
    return (await registrations.history((await packages.get(name)).id, 1000)).length
  }
  /** Runs git in the bare repository: as an admin could, without hooks. */
  const inRepository = (...args: string[]) =>
    runGit(server.services.repositories.path(name), undefined, ...args)

  it('keeps what each branch declares, by whom and at which commit, and every former registration', async () => {
    const first = await clone.commit({ 'checks.yaml': manifest('one') })
    await clone.push()
    const second = await clone.commit({ 'checks.yaml': manifest('two') })
    await clone.push('main', 'bookworm')
    assert.deepEqual(await summary(), ['bookworm:two', 'main*:two'])
    const { packages, registrations } = server.services.stores
    const all = await registrations.history((await packages.get(name)).id, 10)
    assert.deepEqual(
      all.map(({ commit }) => commit),
      [second, second, first],
    )
    assert.ok(all.every(({ pushedBy }) => pushedBy === 'ann'))
  })

  it('reads what takes long beside everything else that the server does', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    await clone.commit({ 'checks.yaml': slow })
    assert.equal(
      (await clone.git('push', server.services.repositories.path(name), 'HEAD:refs/heads/main')).code,
      0,
    )
    const order: string[] = []
    let begin: () => void = () => undefined
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const readTree: typeof server.services.readTree = (...args) => {
      begin()
      return server.services.readTree(...args).finally(() => order.push('read'))
    }
    const registering = registerPush({ ...server.services, readTree }, name, null)
    await begun
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    order.push('answered')
    await registering
    assert.deepEqual(order, ['answered', 'read'])
  })

  it('declares no checks at a commit that cannot be read in time, and reads it no second time', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    await clone.commit({ 'checks.yaml': slow })
    assert.equal(
      (await clone.git('push', server.services.repositories.path(name), 'HEAD:refs/heads/main')).code,
      0,
    )
    await using threads = openThreads<typeof TreeReading>(treeReading, {
      ...{ threads: 1, waiting: 1, seconds: 0.1, memoryMiB: 256 },
    })
    let readings = 0
    const readTree: typeof server.services.readTree = (...args) => {
      readings += 1
      return threads.call.readTree(...args)
    }
    for (let time = 0; time < 2; time++) await registerPush({ ...server.services, readTree }, name, null)
    assert.deepEqual([await summary(), readings], [['main*:'], 1])
  })

  it('makes the first branch the default, also for clones, and the next one when it goes', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push('bookworm')
    assert.match(
      (await clone.git('ls-remote', '--symref', 'origin', 'HEAD')).said,
      /^ref: refs\/heads\/bookworm\tHEAD/,
    )
    await clone.push('main')
    assert.deepEqual(await summary(), ['bookworm*:./smoke.sh', 'main:./smoke.sh'])
    assert.equal((await clone.git('push', 'origin', ':bookworm')).code, 0)
    assert.deepEqual(await summary(), ['main*:./smoke.sh'])
    assert.match(
      (await clone.git('ls-remote', '--symref', 'origin', 'HEAD')).said,
      /^ref: refs\/heads\/main\tHEAD/,
    )
  })

  it('takes a renamed branch for a new one: builds run its checks, and what the old one declared stays on record', async () => {
    const commit = await clone.commit({ 'checks.yaml': manifest() })
    await clone.push('main', 'bookwrom')
    const before = await history()
    const { code, said } = await clone.git('push', 'origin', 'HEAD:refs/heads/bookworm', ':bookwrom')
    assert.equal(code, 0, said)
    assert.match(said, /bookworm at [0-9a-f]{10}: 1 check, run by the next build/)
    assert.match(said, /bookwrom: gone/)
    assert.deepEqual(await summary(), ['bookworm:./smoke.sh', 'main*:./smoke.sh'])
    assert.equal(await history(), before + 1)
    const { packages, registrations } = server.services.stores
    const kept = await registrations.ofCommit((await packages.get(name)).id, commit)
    assert.deepEqual(kept.map(({ branch }) => branch).sort(), ['bookworm', 'bookwrom', 'main'])
  })

  it('stops running what a branch no longer declares', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    await rm(join(clone.path, 'checks.yaml'))
    await clone.commit({})
    await clone.push()
    assert.deepEqual(await summary(), ['main*:'])
  })

  it('does once what it is told often and at the same time', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    const before = await history()
    await inRepository('update-ref', 'refs/heads/sid', 'refs/heads/main')
    await Promise.all(Array.from({ length: 8 }, () => registerPush(server.services, name, 'ann')))
    assert.equal(await history(), before + 1)
    assert.deepEqual(await summary(), ['main*:./smoke.sh', 'sid:./smoke.sh'])
  })

  it('ends where the repository ends, however pushes and their calls overtake each other', async () => {
    await clone.commit({ 'checks.yaml': manifest('zero') })
    await clone.push()
    const heads = []
    for (const run of ['a', 'b', 'c', 'd']) heads.push(await clone.commit({ 'checks.yaml': manifest(run) }))
    const pushes = await Promise.all(
      heads.map((head) => clone.git('push', '--force', 'origin', `${head}:refs/heads/main`)),
    )
    assert.ok(
      pushes.some(({ code }) => code === 0),
      pushes.map(({ said }) => said).join('\n'),
    )
    const tip = (await clone.git('ls-remote', 'origin', 'refs/heads/main')).said.slice(0, 40)
    assert.equal((await current())[0]!.commit, tip)
  })

  it('is told of every branch of a push, and of names that JSON must escape', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    const { said } = await clone.push('main', 'say"hello"', 'trixie')
    for (const branch of ['main', 'say"hello"', 'trixie']) assert.ok(said.includes(`${branch} at `), said)
    assert.equal((await current()).length, 3)
  })

  it('makes up for a post-receive call that got lost', async () => {
    await clone.commit({ 'checks.yaml': manifest('first') })
    await clone.push()
    const hook = join(server.services.config.data, 'repos/.assay/hooks/post-receive')
    const whole = await readFile(hook, 'utf8')
    await writeFile(hook, whole.replace('curl', 'false'))
    await clone.commit({ 'checks.yaml': manifest('second') })
    const { code, said } = await clone.push()
    assert.equal(code, 0, said)
    assert.match(said, /Your push is in\. It is not registered yet: that happens by itself within seconds/)
    await registerMissedPushes(server.services)
    assert.deepEqual(await summary(), ['main*:second'])
  })

  it('looks only at repositories whose branches may have moved', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    const gitdir = server.services.repositories.path(name)
    const longAgo = new Date(Date.now() - 60_000)
    for (const path of ['refs/heads', 'HEAD']) await utimes(join(gitdir, path), longAgo, longAgo)
    await registerMissedPushes(server.services)
    const left = async (): Promise<number> => {
      let count = 0
      for await (const one of server.services.repositories.unsettled())
        count += one.name.name === 'hello' ? 1 : 0
      return count
    }
    assert.equal(await left(), 0)
    await inRepository('update-ref', 'refs/heads/sid', 'refs/heads/main')
    assert.equal(await left(), 1)
    await registerMissedPushes(server.services)
    assert.deepEqual(await summary(), ['main*:./smoke.sh', 'sid:./smoke.sh'])
  })

  it('registers what came in by another door and is wrong as nothing, and goes on with other repositories', async () => {
    await clone.commit({ 'checks.yaml': manifest() })
    await clone.push()
    await using other = await openClone(server, 'deb/other')
    await other.commit({ 'checks.yaml': manifest('other') })
    await other.push()
    await clone.commit({ 'checks.yaml': 'nonsense' })
    const path = server.services.repositories.path(name)
    assert.equal((await clone.git('push', path, 'HEAD:refs/heads/main')).code, 0)
    await chmod(join(path, 'refs/heads'), 0o755)
    await registerMissedPushes(server.services)
    assert.deepEqual(await summary(), ['main*:'])
  })
})
