import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmod, readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { heldSocket } from '../../runner/hold-machine.ts'
import { startRunner, type RunningRunner, type RunnerSettings } from '../../runner/main.ts'
import { cancel } from '../../server/flows/cancel.ts'
import type { Execution } from '../../server/store/executions.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { fillData, sharedTemplates } from '../support/home.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { announce } from '../support/site.ts'

const manifest = `checks:
  quick: { run: 'echo hello; echo kept >"$ASSAY_ARTIFACTS/a b.txt"; assay-result one passed', memory: 256M }
  slow: { run: 'echo begun; sleep 8; echo over', memory: 256M }
  endless: { run: 'echo begun; sleep 600', memory: 256M, timeout: 20m }
  fails: { run: 'exit 3', memory: 256M }
  elsewhere: { run: 'true', image: no-such-image }
`

describe('a runner', function () {
  this.timeout(240_000)
  let server: TestServer
  let folder: TemporaryFolder
  let settings: RunnerSettings
  const runners: RunningRunner[] = []
  const begun = new Map<string, string>()

  before(async () => {
    server = await startTestServer({ defaultImage: 'tiny' })
    folder = await temporaryFolder()
    await chmod(folder.path, 0o711)
    await fillData(folder.path)
    settings = {
      ...{ data: folder.path, server: server.url, redisUrl: server.redisUrl, concurrency: 4 },
      ...{ token: await server.token('r', ['runner']), mirrors: [], internetAllowed: false },
      templates: sharedTemplates,
      ...{ drainSeconds: 60, log: pino({ level: 'silent' }) },
    }
    const { stores, now } = server.services
    const added = await stores.packages.ensure({ namespace: 'deb', name: 'hello' }, now())
    await stores.packages.addMaintainer(added.id, 'ann')
    await commitFiles(join(folder.path, 'checks'), { 'checks.yaml': manifest })
    await push(
      join(folder.path, 'checks'),
      `${server.url}/git/deb/hello.git`,
      await server.token('ann', ['push']),
    )
  })
  beforeEach(async () => {
    begun.clear()
    // Each test is about one build; executions of checks that it is not about are cancelled.
    const { executions } = await announce(server.services, { version: String(Date.now()) })
    for (const { id, check } of executions) begun.set(check, id)
  })
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.closeNow()
    for (const id of begun.values()) await cancel(server.services, id, 'test').catch(() => undefined)
    assert.deepEqual(await readdir(join(folder.path, 'runner', 'attempts')).catch(() => []), [])
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  const start = async (changes: Partial<RunnerSettings> = {}): Promise<RunningRunner> => {
    const runner = await startRunner({ ...settings, ...changes })
    runners.push(runner)
    return runner
  }
  const only = async (...names: string[]): Promise<void> => {
    for (const [name, id] of begun) if (!names.includes(name)) await cancel(server.services, id, 'test')
  }
  const get = (name: string): Promise<Execution> => server.services.stores.executions.get(begun.get(name)!)
  const comes = async (what: string, look: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 120_000
    while (!(await look())) {
      if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`)
      await sleep(100)
    }
  }
  const finishes = (name: string): Promise<void> =>
    comes(`${name} to finish`, async () => (await get(name)).state === 'finished')
  const log = async (name: string): Promise<string> =>
    (await fetch(`${server.url}/api/v1/executions/${begun.get(name)!}/log`)).text()
  const runs = (name: string): Promise<void> =>
    comes(`${name} to run`, async () => /^begun$/m.test(await log(name)))
  const attempts = (name: string) => server.services.stores.attempts.of(begun.get(name)!)

  it('runs what is scheduled, and everything about it arrives', async () => {
    await only('quick')
    await start()
    await finishes('quick')
    const execution = await get('quick')
    assert.deepEqual([execution.outcome, execution.attempt], ['passed', 1])
    assert.match(await log('quick'), /== running quick\nhello\n== collecting/)
    const { stores } = server.services
    assert.deepEqual(
      (await stores.results.of(execution.id)).map(({ testcase }) => testcase),
      ['deb.hello.quick', 'deb.hello.quick.one'],
    )
    assert.deepEqual(
      (await stores.artifacts.of(execution.id)).map(({ path }) => path),
      ['a b.txt'],
    )
    const steps = (await stores.attempts.steps(execution.id)).map(({ step }) => step)
    assert.deepEqual(steps, ['fetching', 'booting', 'installing', 'running', 'collecting', 'reporting'])
    assert.equal((await attempts('quick'))[0]?.machine?.image, 'tiny')
  })

  it('says which image is missing, and tries again as often as that may cost', async () => {
    await only('elsewhere')
    await start()
    await finishes('elsewhere')
    const { outcome, reason, failures } = await get('elsewhere')
    assert.deepEqual([outcome, reason, failures], ['errored', 'image_unavailable', 3])
    assert.match(await log('elsewhere'), /no image no-such-image here, and no recipe/)
  })

  it('ends a machine whose execution was cancelled', async () => {
    await only('endless')
    await start({ pool: 0 })
    await runs('endless')
    await cancel(server.services, begun.get('endless')!, 'ann')
    const machines = join(folder.path, 'runner', 'machines')
    await comes('the machine to be gone', async () =>
      (await readdir(machines)).every((name) => name.includes('proxy')),
    )
    assert.equal((await attempts('endless')).length, 1)
  })

  it('that is told to end lets finish what has begun and hands back the rest, at no cost', async () => {
    await only('slow', 'quick')
    const runner = await start()
    await runs('slow')
    // By now the other one may be over: a fresh build brings one that has hardly begun.
    const { executions } = await announce(server.services, { version: `${Date.now()}` })
    for (const { id, check } of executions)
      if (check === 'endless') begun.set('endless', id)
      else await cancel(server.services, id, 'test')
    await comes('it to be taken', async () => (await get('endless')).state === 'running')
    await runner.close()
    const [slow, endless] = [await get('slow'), await get('endless')]
    assert.deepEqual([slow.outcome, slow.attempt], ['passed', 1])
    assert.deepEqual([endless.state, endless.failures], ['scheduled', 0])
    assert.match(await log('slow'), /over/)
  })

  it('that is told so twice hands back even what runs', async () => {
    await only('endless')
    const runner = await start()
    await runs('endless')
    const closing = runner.close()
    await runner.closeNow()
    await closing
    const { state, failures } = await get('endless')
    assert.deepEqual([state, failures], ['scheduled', 0])
  })

  it('goes on when Redis is killed and loses everything in the middle', async () => {
    await only('slow')
    await start()
    await runs('slow')
    const pid = Number(await readFile(join(server.services.config.data, 'redis', 'redis.pid'), 'utf8'))
    process.kill(pid, 'SIGKILL')
    await finishes('slow')
    const { outcome, attempt } = await get('slow')
    assert.deepEqual([outcome, attempt], ['passed', 1])
    const { executions } = await announce(server.services, { version: `${Date.now()}` })
    for (const { id, check } of executions)
      if (check === 'quick') begun.set('quick', id)
      else await cancel(server.services, id, 'test')
    await finishes('quick')
    assert.equal((await get('quick')).outcome, 'passed')
  })

  it('is the same runner when it is started again, and says so', async () => {
    const first = await start()
    await first.close()
    assert.equal((await start()).id, first.id)
    assert.ok((await server.services.stores.runners.list()).some(({ id }) => id === first.id))
  })

  it('leaves one machine of a check that failed up for as long as the site allows, and says how to enter it', async () => {
    await only('fails', 'quick')
    const runner = await start({ holdSeconds: 600 })
    await finishes('fails')
    await finishes('quick')
    const notes = async (name: string) => (await attempts(name))[0]?.report?.notes
    const said = (await notes('fails'))?.[0] ?? ''
    const id = /^Its machine stays up for 10 min on \S+: assay enter (\S+), there\.$/.exec(said)?.[1]
    assert.deepEqual(await notes('quick'), [])
    const wire = connect(heldSocket(id ?? '') ?? '')
    await once(wire, 'connect')
    const closed = once(wire, 'close')
    wire.resume()
    await runner.close()
    await closed
    assert.deepEqual(await readdir(join(folder.path, 'runner', 'machines')), [])
  })

  it('is alone in its folder: a second one is told what to do instead, and the first goes on', async () => {
    await only('quick')
    await start()
    await assert.rejects(startRunner(settings), {
      code: 'DATA_IN_USE',
      message: /Another runner.*ASSAY_RUNNERS/,
    })
    await finishes('quick')
    assert.equal((await get('quick')).outcome, 'passed')
  })

  it('waits for a server that is not there yet, until it is told to end', async () => {
    const stop = new AbortController()
    const starting = startRunner({ ...settings, server: 'unix:/nonexistent/assay.sock', signal: stop.signal })
    setTimeout(() => stop.abort(new Error('enough')), 500)
    await assert.rejects(starting, /enough/)
  })

  it('does not start with a token that the server does not take', async () => {
    await assert.rejects(startRunner({ ...settings, token: 'wrong' }), { code: 'UNAUTHENTICATED' })
    const token = await server.token('ann', ['push'])
    await assert.rejects(startRunner({ ...settings, token }), { code: 'FORBIDDEN' })
  })
})
