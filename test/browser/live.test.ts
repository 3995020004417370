import assert from 'node:assert/strict'
import { openBrowser } from '../support/browser.ts'
import { passed, testRunner, type TestRunner } from '../support/runner.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addHello, oneExecution } from '../support/site.ts'

describe('a page that goes on by itself', () => {
  let server: TestServer
  let runner: TestRunner

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    runner = testRunner(server.url, await server.token('r', ['runner']))
    await runner.hello()
  })
  after(() => server.close())

  it('shows an execution from waiting to its verdict, its log line by line', async () => {
    await using browser = await openBrowser()
    const { page, complaints } = browser
    const id = await oneExecution(server.services)
    await page.goto(`${server.url}/executions/${id}`)
    await page.getByText('It is next for a free runner.').waitFor()
    const job = await runner.take(id)
    await runner.tell(job, 'steps', { json: { step: 'booting', machine: { image: 'debian-12' } } })
    await page.locator('.lead .chip.running').waitFor()
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('first line\n<script>alert(1)</script>\n') })
    await page.getByText('first line').waitFor()
    assert.equal(await page.locator('#L2 span').textContent(), '<script>alert(1)</script>')
    assert.equal(await page.locator('#L2 a').getAttribute('href'), '#L2')
    await runner.tell(job, 'log?offset=37', { body: Buffer.from('last words') })
    await runner.report(job, passed)
    await page.getByText('last words').waitFor()
    await page.locator('.lead .chip.passed').waitFor()
    assert.equal(await page.locator('.lines > .line').count(), 3)
    assert.equal(await page.locator('.lifecycle .ahead').count(), 0)
    assert.match(await page.title(), /^smoke passed/)
    assert.deepEqual(complaints, [])
  })

  it('follows a second attempt when the first met an infrastructure error', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    const id = await oneExecution(server.services)
    const first = await runner.take(id)
    await page.goto(`${server.url}/executions/${id}`)
    await runner.tell(first, 'log?offset=0', { body: Buffer.from('first try\n') })
    await page.getByText('first try').waitFor()
    await runner.report(first, { ...passed, ending: { phase: 'boot', how: 'machine_error' } })
    const second = await runner.take(id)
    await runner.tell(second, 'log?offset=0', { body: Buffer.from('second try\n') })
    await page.getByText('second try').waitFor()
    assert.equal(await page.getByText('first try').count(), 0)
    await runner.report(second, passed)
    await page.getByRole('heading', { name: '2 attempts' }).waitFor()
  })

  it('keeps a bounded number of lines however much is written', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    const job = await runner.take(await oneExecution(server.services))
    await page.goto(`${server.url}/executions/${job.execution}`)
    const text = Array.from({ length: 5000 }, (_, at) => `line ${at + 1}\n`).join('')
    await runner.tell(job, 'log?offset=0', { body: Buffer.from(text) })
    await page.locator('#L5000').waitFor()
    assert.ok((await page.locator('.lines > .line').count()) <= 2000)
    assert.equal(await page.locator('#L5000 span').textContent(), 'line 5000')
    await runner.report(job, passed)
  })

  it('shows on the page of a package what has finished', async () => {
    await using browser = await openBrowser()
    const { page } = browser
    const job = await runner.take(await oneExecution(server.services))
    await page.goto(`${server.url}/packages/deb/hello`)
    await page.locator('.release .chip.running').waitFor()
    await runner.report(job, passed)
    await page.locator('.release .chip.passed').waitFor()
    await page.getByText('Everything that was checked holds.').waitFor()
  })
})
