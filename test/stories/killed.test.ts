import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { assay, startAssay, type Service } from '../support/assay.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { homeData } from '../support/home.ts'
import { until } from '../support/until.ts'

const count = 12
const names = Array.from({ length: count }, (_, at) => `check-${String(at).padStart(2, '0')}`)
const manifest = `checks:\n${names.map((name) => `  ${name}: { run: sleep 1, memory: 256M }\n`).join('')}`

interface Execution {
  id: string
  state: string
  outcome: string | null
  attempts: { number: number; outcome: string | null; endedAt: string | null }[]
  results: { testcase: string }[]
}

describe('a dozen executions, with everything killed in the middle', function () {
  this.timeout(600_000)
  let folder: TemporaryFolder
  let home: Record<string, string>
  const running: Service[] = []
  const data = (): string => join(folder.path, 'data')
  const socket = (): string => `unix:${join(data(), 'assay.sock')}`
  const start = (command: string, settings: Record<string, string> = {}): Service => {
    const service = startAssay({ ...home, ...settings }, command)
    running.push(service)
    return service
  }
  const serve = async (): Promise<Service> => {
    const service = start('serve')
    await until('the server to serve', () => /Assay is at/.test(service.said()))
    return service
  }
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await assay({ ASSAY_DATA: data() }, ...args)
    assert.equal(code, 0, err)
    return out
  }
  /** Where the server is that was started last. */
  const address = (): string =>
    /Assay is at (\S+)/.exec(running.findLast((service) => /Assay is at/.test(service.said()))!.said())![1]!
  /** None while there is no server. */
  const finished = (): Promise<number> =>
    fetch(`${address()}/api/v1/executions?state=finished&limit=100`)
      .then(async (answer) => ((await answer.json()) as { data: unknown[] }).data.length)
      .catch(() => 0)
  /** Patient: emulated machines take their time. */
  const atLeast = async (wanted: number): Promise<void> => {
    while ((await finished()) < wanted) await sleep(500)
  }

  before(async () => {
    folder = await temporaryFolder()
    home = await homeData(folder.path)
  })
  after(async () => {
    for (const service of running.reverse()) await service[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  it('finishes each of them exactly once', async () => {
    let server = await serve()
    const url = /Assay is at (\S+)/.exec(server.said())![1]!
    let runner = start('runner', { ASSAY_SERVER: socket(), ASSAY_POOL: '0' })
    await run('package', 'add', 'deb/many', '--maintainer', 'ann')
    await commitFiles(join(folder.path, 'checks'), { 'checks.yaml': manifest })
    await push(
      join(folder.path, 'checks'),
      `${url}/git/deb/many.git`,
      (await run('token', 'create', 'ann')).trim(),
    )
    await run('event', 'send', '--package', 'deb/many', '--release', 'sid', '--version', '1')

    await atLeast(2)
    await runner.murder()
    runner = start('runner', { ASSAY_SERVER: socket(), ASSAY_POOL: '0' })
    await atLeast(5)
    process.kill(Number(await readFile(join(data(), 'redis', 'redis.pid'), 'utf8')), 'SIGKILL')
    await atLeast(8)
    await server.murder()
    await sleep(2_000)
    server = await serve()
    await atLeast(count)

    const listed = JSON.parse(await run('executions', '--limit', '100', '--json')) as Execution[]
    assert.equal(listed.length, count)
    for (const { id } of listed) {
      const execution = JSON.parse(await readWhole(id)) as Execution
      assert.deepEqual([execution.state, execution.outcome], ['finished', 'passed'], id)
      assert.equal(execution.results.length, 1, id)
      assert.equal(execution.attempts.filter(({ outcome }) => outcome === 'passed').length, 1, id)
      assert.ok(
        execution.attempts.every(({ endedAt }) => endedAt !== null),
        id,
      )
    }
    assert.equal(await runner.end(), 0, runner.said())
    assert.equal(await server.end(), 0, server.said())
  })

  const readWhole = async (id: string): Promise<string> =>
    (await fetch(`${address()}/api/v1/executions/${id}`)).text()
})
