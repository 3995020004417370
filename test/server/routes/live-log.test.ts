import assert from 'node:assert/strict'
import { request } from 'node:http'
import { liveLimits } from '../../../server/routes/live-log.ts'
import { assertProblem } from '../../support/problem.ts'
import { passed, testRunner, type TestRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, oneExecution } from '../../support/site.ts'
import { until } from '../../support/until.ts'

describe('a log that is watched while it is written', () => {
  let server: TestServer
  let runner: TestRunner

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    runner = testRunner(server.url, await server.token('r', ['runner']))
  })
  after(() => server.close())

  /** Reads on until the server ends the stream or the test lets go. */
  function watch(id: string, after = '1-0', headers: Record<string, string> = {}) {
    const seen = { text: '', ended: false }
    const stop = new AbortController()
    const reading = (async () => {
      const address = `${server.url}/executions/${id}/live?after=${after}`
      const response = await fetch(address, { headers, signal: stop.signal })
      for await (const chunk of response.body!) seen.text += Buffer.from(chunk as Uint8Array).toString()
      seen.ended = true
    })()
    return { seen, stop, reading }
  }

  it('comes as events of whole lines, readable ones, and ends with the attempt', async () => {
    const job = await runner.take(await oneExecution(server.services))
    const { seen, reading } = watch(job.execution)
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('one\ntw') })
    await until('the first line', () => seen.text.includes('id: 1-4\ndata: one\n\n'))
    assert.doesNotMatch(seen.text, /tw/)
    await runner.tell(job, 'log?offset=6', { body: Buffer.from('o\n\n10%\r\u001b[31m20%\u202e\nhalf') })
    await until('the lines after it', () => seen.text.includes('data: two\ndata: \ndata: 20%[U+202E]\n\n'))
    await runner.report(job, passed)
    await reading
    assert.match(seen.text, /data: half\n\nevent: end\ndata:\n\n$/)
  })

  it('goes on where a browser was cut off', async () => {
    const job = await runner.take(await oneExecution(server.services))
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('one\ntwo\n') })
    const { seen, stop, reading } = watch(job.execution, '1-0', { 'last-event-id': '1-4' })
    await until('the second line', () => seen.text.includes('data: two'))
    assert.doesNotMatch(seen.text, /data: one/)
    stop.abort()
    await reading.catch(() => undefined)
    await assertProblem(
      await fetch(`${server.url}/executions/${job.execution}/live?after=x`),
      400,
      'BAD_QUERY',
    )
    await assertProblem(await fetch(`${server.url}/executions/nobody/live`), 404, 'NOT_FOUND')
  })

  it('is written whole, however much there is at once', async () => {
    const job = await runner.take(await oneExecution(server.services))
    const text = Array.from({ length: 40_000 }, (_, at) => `line ${at + 1}\n`).join('')
    await runner.tell(job, 'log?offset=0', { body: Buffer.from(text) })
    await runner.report(job, passed)
    const { seen, reading } = watch(job.execution)
    await reading
    const lines = [...seen.text.matchAll(/^data: (line \d+)$/gm)].map(([, line]) => line)
    assert.equal(lines.join('\n'), text.trimEnd())
  })

  it('is watched by so many at a time and no more', async () => {
    const id = await oneExecution(server.services)
    await runner.take(id)
    const open = Array.from({ length: liveLimits.all }, () => {
      const asking = request(`${server.url}/executions/${id}/live`)
      asking.on('error', () => undefined).end()
      return asking
    })
    await Promise.all(open.map((asking) => new Promise((resolve) => asking.on('response', resolve))))
    await assertProblem(await fetch(`${server.url}/executions/${id}/live`), 503, 'TOO_MANY_STREAMS')
    for (const asking of open) asking.destroy()
    await until('room again', async () => {
      const { seen, stop } = watch(id)
      await until('an answer', () => seen.text !== '' || seen.ended).catch(() => undefined)
      stop.abort()
      return seen.text.startsWith('retry:')
    })
  })
})
