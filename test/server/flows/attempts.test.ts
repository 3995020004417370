import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { maxAttempts } from '../../../core/execution.ts'
import { cancel } from '../../../server/flows/cancel.ts'
import { loseSilentAttempts, silenceLimit } from '../../../server/flows/lose-attempts.ts'
import { rerun } from '../../../server/flows/rerun.ts'
import type { Services } from '../../../server/services.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { assertProblem } from '../../support/problem.ts'
import {
  handedBack,
  machineError,
  passed,
  reportOf,
  testRunner,
  type TestRunner,
} from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, oneExecution } from '../../support/site.ts'

onEachDatabase('an attempt', (open) => {
  let database: TestDatabase
  let server: TestServer
  let services: Services
  let runner: TestRunner
  let other: TestRunner

  before(async () => {
    database = await open()
    server = await startTestServer({ databaseUrl: database.url })
    services = server.services
    const token = await server.token('r', ['runner'])
    runner = testRunner(server.url, token, { runner: 'r1' })
    other = testRunner(server.url, token, { runner: 'r2' })
    await addHello(services)
  })
  after(async () => {
    await server.close()
    await database[Symbol.asyncDispose]()
  })

  /** The services as they will be when everybody was silent for too long. */
  const later = (): Services => ({
    ...services,
    now: () => new Date(Date.now() + 2 * silenceLimit).toISOString(),
  })
  const long = (): string => new Date(0).toISOString()

  it('is not given to a runner whose host has no memory for its machine', async () => {
    const id = await oneExecution(services)
    const { definition } = await services.stores.executions.get(id)
    await runner.hello({ memoryMiB: definition.memoryMiB - 1 })
    await assertProblem(await runner.claim(id), 409, 'NOT_CLAIMABLE')
    await runner.hello({ memoryMiB: definition.memoryMiB })
    assert.equal((await runner.take(id)).attempt, 1)
  })

  it('is given to one of many that claim at once, and again to the one that has it', async () => {
    const id = await oneExecution(services)
    const answers = await Promise.all([runner, other, runner, other].map((one) => one.claim(id)))
    const owners = answers.flatMap(({ status }, index) => (status === 200 ? [index % 2] : []))
    assert.ok(owners.length >= 1)
    assert.equal(new Set(owners).size, 1, 'both runners got it')
    const owner = owners[0] === 0 ? runner : other
    const [first, again] = [await owner.take(id), await owner.take(id)]
    assert.deepEqual(first, again)
    assert.equal(first.attempt, 1)
    await assertProblem(await (owner === runner ? other : runner).claim(id), 409, 'NOT_CLAIMABLE')
  })

  it('tells the runner everything it needs', async () => {
    const job = await runner.take(await oneExecution(services))
    assert.equal(job.check.image, 'debian-12')
    assert.equal(job.check.repository, 'deb/hello')
    assert.deepEqual(job.build, {
      package: 'deb/hello',
      release: 'bookworm',
      version: '2.10-3',
      artifacts: [],
    })
  })

  it('ends its execution with the first report; the same again changes nothing, another one is refused', async () => {
    const id = await oneExecution(services)
    const job = await runner.take(id)
    assert.equal((await runner.report(job, passed)).status, 204)
    assert.equal((await runner.report(job, passed)).status, 204)
    await assertProblem(await runner.report(job, machineError), 409, 'STALE_ATTEMPT')
    const execution = await services.stores.executions.get(id)
    assert.deepEqual([execution.state, execution.outcome], ['finished', 'passed'])
    assert.deepEqual(
      (await services.stores.results.of(id)).map(({ testcase, outcome }) => [testcase, outcome]),
      [['deb.hello.smoke', 'passed']],
    )
  })

  it('lets exactly one of two different reports win a race', async () => {
    const id = await oneExecution(services)
    const job = await runner.take(id)
    const failed = reportOf({ phase: 'check', how: 'exited', exitCode: 1 })
    const racing = Array.from({ length: 8 }, (_, index) => runner.report(job, index % 2 ? passed : failed))
    const statuses = (await Promise.all(racing)).map(({ status }) => status)
    const winner = statuses[0] === 204 ? 0 : 1
    assert.deepEqual(
      statuses,
      statuses.map((_, index) => (index % 2 === winner ? 204 : 409)),
    )
    assert.equal((await services.stores.executions.get(id)).outcome, winner ? 'passed' : 'failed')
    assert.equal((await services.stores.results.of(id)).length, 1)
  })

  it('keeps structured results beside the check itself, and survives words that no database likes', async () => {
    const id = await oneExecution(services)
    const job = await runner.take(id)
    const results = [
      { name: 'greeting', outcome: 'passed' as const, data: { took: '1\0s' } },
      { name: 'farewell', outcome: 'failed' as const, note: 'said \0 nothing \u{1f600}', artifact: 'a.txt' },
    ]
    const told = reportOf({ phase: 'check', how: 'exited', exitCode: 0 }, { results })
    assert.equal((await runner.report(job, told)).status, 204)
    assert.equal((await runner.report(job, told)).status, 204)
    const stored = await services.stores.results.of(id)
    assert.deepEqual(
      stored.map(({ testcase, outcome }) => [testcase, outcome]),
      [
        ['deb.hello.smoke', 'failed'],
        ['deb.hello.smoke.greeting', 'passed'],
        ['deb.hello.smoke.farewell', 'failed'],
      ],
    )
    assert.equal(stored[2]?.note, 'said \u{fffd} nothing \u{1f600}')
  })

  it('is refused everything with a fence that is not its own', async () => {
    const job = await runner.take(await oneExecution(services))
    const forged = { ...job, fence: 'x'.repeat(job.fence.length) }
    await assertProblem(await runner.report(forged, passed), 409, 'STALE_ATTEMPT')
    await assertProblem(
      await runner.tell(forged, 'steps', { json: { step: 'booting' } }),
      409,
      'STALE_ATTEMPT',
    )
    await assertProblem(
      await runner.tell(forged, 'log?offset=0', { body: Buffer.from('x') }),
      409,
      'STALE_ATTEMPT',
    )
    assert.deepEqual(await (await runner.tell(forged, 'beat')).json(), { continue: false })
    assert.deepEqual(await (await runner.tell(job, 'beat')).json(), { continue: true })
  })

  it('is tried again after an infrastructure error, and errored when the attempts are used up', async () => {
    const id = await oneExecution(services)
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      assert.equal((await services.stores.executions.get(id)).state, 'scheduled')
      const job = await runner.take(id)
      assert.equal(job.attempt, attempt)
      assert.equal((await runner.report(job, machineError)).status, 204)
    }
    const execution = await services.stores.executions.get(id)
    assert.deepEqual(
      [execution.outcome, execution.reason, execution.concerns, execution.failures],
      ['errored', 'machine_error', 'service', maxAttempts],
    )
    const attempts = await services.stores.attempts.of(id)
    assert.deepEqual(
      attempts.map(({ outcome }) => outcome),
      Array(maxAttempts).fill('errored'),
    )
    assert.deepEqual(
      (await services.stores.results.of(id)).map(({ outcome }) => outcome),
      ['errored'],
    )
  })

  it('that was handed back costs nothing', async () => {
    const id = await oneExecution(services)
    const first = await runner.take(id)
    assert.equal((await runner.report(first, handedBack)).status, 204)
    assert.equal((await runner.report(first, handedBack)).status, 204)
    const execution = await services.stores.executions.get(id)
    assert.deepEqual([execution.state, execution.failures], ['scheduled', 0])
    const second = await other.take(id)
    assert.equal(second.attempt, 2)
    await assertProblem(await runner.report(first, passed), 409, 'STALE_ATTEMPT')
    assert.equal((await other.report(second, passed)).status, 204)
  })

  it('is lost when its runner was silent for too long, and tried again up to the cap', async () => {
    const id = await oneExecution(services)
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const job = await runner.take(id)
      await loseSilentAttempts(later(), long())
      await assertProblem(await runner.report(job, passed), 409, 'STALE_ATTEMPT')
    }
    const { outcome, reason, concerns } = await services.stores.executions.get(id)
    assert.deepEqual([outcome, reason, concerns], ['errored', 'runner_lost', 'service'])
  })

  it('is not lost while the server has not listened for long enough to know', async () => {
    const id = await oneExecution(services)
    await runner.take(id)
    await loseSilentAttempts(later(), later().now())
    assert.equal((await services.stores.executions.get(id)).state, 'running')
  })

  it('of a former process of a runner is lost as soon as the new one says hello', async () => {
    const id = await oneExecution(services)
    const token = await server.token('r', ['runner'])
    const old = testRunner(server.url, token, { runner: 'phoenix' })
    await old.hello()
    const job = await old.take(id)
    assert.equal((await old.hello()).status, 204)
    assert.equal((await services.stores.executions.get(id)).state, 'running')
    const risen = testRunner(server.url, token, { runner: 'phoenix', instance: randomUUID() })
    assert.equal((await risen.hello()).status, 204)
    const execution = await services.stores.executions.get(id)
    assert.deepEqual([execution.state, execution.failures], ['scheduled', 1])
    assert.deepEqual(await (await old.tell(job, 'beat')).json(), { continue: false })
  })

  it('ends when somebody cancels its execution, which leaves no result', async () => {
    const id = await oneExecution(services)
    const job = await runner.take(id)
    assert.equal((await cancel(services, id, 'ann')).outcome, 'cancelled')
    assert.equal((await cancel(services, id, 'ann')).outcome, 'cancelled')
    assert.deepEqual(await (await runner.tell(job, 'beat')).json(), { continue: false })
    await assertProblem(await runner.claim(id), 409, 'NOT_CLAIMABLE')
    assert.deepEqual(await services.stores.results.of(id), [])
  })

  it('of a rerun is about the same check, commit and build, once the first is over', async () => {
    const id = await oneExecution(services)
    await assert.rejects(rerun(services, id, 'ann'), { code: 'NOT_FINISHED' })
    await runner.report(await runner.take(id), passed)
    const again = await rerun(services, id, 'ann')
    const third = await runner
      .report(await runner.take(again.id), passed)
      .then(() => rerun(services, again.id, 'ann'))
    const first = await services.stores.executions.get(id)
    for (const one of [again, third])
      assert.deepEqual(
        [one.buildId, one.commit, one.check, one.state],
        [first.buildId, first.commit, 'smoke', 'scheduled'],
      )
    assert.deepEqual([again.rerunOf, third.rerunOf, again.requestedBy], [id, again.id, 'ann'])
  })

  it('keeps the times of its steps, however often each is told', async () => {
    const id = await oneExecution(services)
    const job = await runner.take(id)
    for (const step of ['fetching', 'fetching', 'booting', 'booting', 'running'])
      assert.equal((await runner.tell(job, 'steps', { json: { step } })).status, 204)
    await runner.report(job, passed)
    const steps = await services.stores.attempts.steps(id)
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['fetching', 'booting', 'running'],
    )
    assert.ok(steps.every(({ endedAt }) => endedAt !== null))
  })
})
