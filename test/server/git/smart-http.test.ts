import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { Agent, request, type ClientRequest } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { slotLimits } from '../../../server/git/git-slots.ts'
import { manifest, openClone, runGit, type Clone } from '../../support/clone.ts'
import { gitEnvironment } from '../../support/git.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { settingsFile } from '../../support/settings.ts'
import { until } from '../../support/until.ts'

const MiB = 1024 ** 2

describe('packs on their way', () => {
  const name = { namespace: 'deb', name: 'hello' }
  let server: TestServer
  let clone: Clone

  beforeEach(async () => {
    server = await startTestServer()
    clone = await openClone(server)
    // Noise cannot be compressed, and git would take seconds to find that out.
    await clone.git('config', 'core.compression', '0')
  })
  afterEach(async () => {
    await clone[Symbol.asyncDispose]()
    await server.close()
  })

  /** Runs `work` and returns how much memory this process, and the server in it, took at most meanwhile. */
  const growthDuring = async (work: () => Promise<unknown>): Promise<number> => {
    const before = process.memoryUsage().rss
    let most = before
    const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5)
    await work()
    clearInterval(watching)
    return most - before
  }

  /** git processes that work in the repository now. */
  const gitsAtWork = async (): Promise<string[]> => {
    const path = server.services.repositories.path(name)
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
    const lines = await Promise.all(
      pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    )
    return lines.filter((line) => line.includes(path))
  }
  const leftInQuarantine = async (): Promise<string[]> => {
    const objects = await readdir(join(server.services.repositories.path(name), 'objects'))
    return objects.filter((entry) => entry.includes('incoming') || entry.startsWith('tmp_'))
  }
  const gitsEnd = () => until('git to end', async () => (await gitsAtWork()).length === 0)

  it('are streamed both ways: 60 MB cost the server a fraction of that', async () => {
    const files = Object.fromEntries([1, 2, 3].map((at) => [`noise-${at}`, randomBytes(20 * MiB)]))
    await clone.commit({ 'checks.yaml': manifest(), ...files })
    const pushed = await growthDuring(async () => {
      const { code, said } = await clone.push()
      assert.equal(code, 0, said)
    })
    assert.ok(pushed < 40 * MiB, `a push took ${pushed / MiB} MiB`)
    await using folder = await temporaryFolder()
    const cloned = await growthDuring(async () => {
      const { code, said } = await runGit(folder.path, undefined, 'clone', '--quiet', clone.remote, 'c')
      assert.equal(code, 0, said)
    })
    assert.ok(cloned < 40 * MiB, `a clone took ${cloned / MiB} MiB`)
  })

  it('are refused beyond their limit in words that the pusher sees', async () => {
    const environment = await server.services.repositories.environment()
    Object.assign(environment, {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'receive.maxInputSize',
      GIT_CONFIG_VALUE_0: '1m',
    })
    await clone.commit({ 'checks.yaml': manifest(), noise: randomBytes(3 * MiB) })
    const { code, said } = await clone.push()
    assert.equal(code, 1)
    assert.match(said, /pack exceeds maximum allowed size/)
    assert.deepEqual(await leftInQuarantine(), [])
  })

  it('are refused beyond their limit in the same words when much more of them is still to come', async () => {
    const environment = await server.services.repositories.environment()
    Object.assign(environment, {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'receive.maxInputSize',
      GIT_CONFIG_VALUE_0: '1m',
    })
    await clone.commit({
      'checks.yaml': manifest(),
      noise: randomBytes(45 * MiB),
      more: randomBytes(45 * MiB),
    })
    const { code, said } = await clone.push()
    assert.equal(code, 1, said)
    assert.match(said, /pack exceeds maximum allowed size/)
    assert.deepEqual(await leftInQuarantine(), [])
  })

  const startPush = (): ChildProcess =>
    spawn('git', ['-C', clone.path, 'push', 'origin', 'HEAD:refs/heads/main'], {
      env: { ...gitEnvironment(clone.token), GIT_CONFIG_PARAMETERS: "'http.postBuffer'='1000000'" },
      stdio: 'ignore',
      detached: true,
    })
  const kill = async (child: ChildProcess): Promise<void> => {
    const ended = once(child, 'exit')
    process.kill(-child.pid!, 'SIGKILL')
    await ended
  }

  it('that stop in the middle leave nothing behind, and the next push is taken', async () => {
    await clone.commit({ 'checks.yaml': manifest(), noise: randomBytes(40 * MiB) })
    const child = startPush()
    await until('git to receive', async () =>
      (await gitsAtWork()).some((line) => line.includes('receive-pack')),
    )
    await sleep(20)
    await kill(child)
    await gitsEnd()
    assert.deepEqual(await leftInQuarantine(), [])
    const { code, said } = await clone.push()
    assert.equal(code, 0, said)
  })

  it('that are whole are taken even when the pusher went away while hooks were running', async () => {
    const commit = await clone.commit({ 'checks.yaml': manifest() })
    const child = startPush()
    await until('a hook to run', () => hookRuns(server.services.config.data))
    await kill(child)
    await gitsEnd()
    await until('the push to be registered', async () => {
      const { id } = await server.services.stores.packages.get(name)
      return (await server.services.stores.registrations.heads(id)).get('main') === commit
    })
  })

  it('end when whoever clones goes away', async () => {
    await clone.commit({ 'checks.yaml': manifest(), noise: randomBytes(40 * MiB) })
    await clone.push()
    const tip = (await clone.git('rev-parse', 'HEAD')).said.trim()
    const want = `0032want ${tip}\n00000009done\n`
    const asking = request(`${clone.remote}/git-upload-pack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-git-upload-pack-request' },
    })
    asking.end(want)
    const [response] = (await once(asking, 'response')) as [NodeJS.ReadableStream]
    await once(response, 'readable')
    assert.ok((await gitsAtWork()).length > 0)
    asking.destroy()
    await gitsEnd()
  })
})

describe('clones that are asked for by half', () => {
  const half = '0032want '
  /** Begins a fetch from this address, and sends this much of what it tells. */
  const ask = (clone: Clone, from: string, text: string): ClientRequest => {
    const asking = request(`${clone.remote}/git-upload-pack`, {
      ...{ method: 'POST', agent: new Agent() },
      headers: {
        ...{ 'content-type': 'application/x-git-upload-pack-request', 'x-forwarded-for': from },
        'content-length': 1000,
      },
    })
    asking.on('error', () => undefined)
    if (text === '') asking.flushHeaders()
    else asking.write(text)
    return asking
  }
  const look = (clone: Clone, from: string): Promise<Response> =>
    fetch(`${clone.remote}/info/refs?service=git-upload-pack`, { headers: { 'x-forwarded-for': from } })
  const codeOf = async (answer: Response): Promise<[number, string]> => [answer.status, await answer.text()]

  it('hold up no push, and no more clones of others than there are places', async () => {
    await using folder = await temporaryFolder()
    const settings = await settingsFile(folder.path, { web: { proxies: ['loopback'] } })
    await using server = await startTestServer({ settingsFile: settings })
    await using clone = await openClone(server)
    await clone.commit({ 'checks.yaml': manifest() })
    const asked: ClientRequest[] = []
    try {
      const one = '203.0.113.1'
      for (let count = 0; count < slotLimits.readingOfOne; count++) asked.push(ask(clone, one, half))
      const shareIsTaken = async (): Promise<boolean> => (await look(clone, one)).status === 429
      await until('one address to have its share', shareIsTaken)
      assert.match((await codeOf(await look(clone, one)))[1], /8 clones and fetches from your address/)
      assert.equal((await look(clone, '203.0.113.2')).status, 200)

      for (let at = 0; at < slotLimits.reading; at++) asked.push(ask(clone, `198.51.100.${at}`, half))
      await until('all places of readers to be taken', async () => {
        const [status] = await codeOf(await look(clone, '203.0.113.2'))
        return status === 503
      })
      const { code, said } = await clone.push()
      assert.equal(code, 0, said)
    } finally {
      for (const asking of asked) asking.destroy()
    }
    await until('places to be free again', async () => (await look(clone, '203.0.113.2')).status === 200)
  })

  it('take no place until something of them comes', async () => {
    await using folder = await temporaryFolder()
    const settings = await settingsFile(folder.path, { web: { proxies: ['loopback'] } })
    await using server = await startTestServer({ settingsFile: settings })
    await using clone = await openClone(server)
    const asked = Array.from({ length: 40 }, (_, at) => ask(clone, `198.51.100.${at}`, ''))
    await Promise.all(asked.map((asking) => once(asking, 'socket')))
    await sleep(100)
    assert.equal((await look(clone, '203.0.113.2')).status, 200)
    for (const asking of asked) asking.destroy()
  })
})

/** Whether the pre-receive hook of the server with this data runs now. */
async function hookRuns(data: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const environments = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return command.includes('pre-receive.js')
        ? readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
        : ''
    }),
  )
  return environments.some((environment) => environment.includes(data))
}
