import assert from 'node:assert/strict'
import { rerun } from '../../../server/flows/rerun.ts'
import { tellPeople } from '../../../server/flows/tell-people.ts'
import { openPublishers } from '../../../server/publishers/kinds.ts'
import { deliverDue } from '../../../server/publishers/publishing.ts'
import { onEachDatabase, type TestDatabase } from '../../support/databases.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { assertProblem } from '../../support/problem.ts'
import { machineError, reportOf, testRunner, type TestRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'
import { addHello, addPackage, announce } from '../../support/site.ts'
import { startMailServer, type Mail, type MailServer } from '../../support/smtp.ts'

onEachDatabase('telling people what changed', (open) => {
  const from = 'assay@example.org'
  let database: TestDatabase
  let folder: TemporaryFolder
  let post: MailServer
  let server: TestServer
  let runner: TestRunner
  /** Hours that have passed since the test began. */
  let hours: number

  beforeEach(async () => {
    database = await open()
    folder = await temporaryFolder()
    post = await startMailServer()
    const file = await settingsFile(folder.path, { publishers: { mail: { url: post.url, from } } })
    server = await startTestServer({ databaseUrl: database.url, settingsFile: file })
    runner = testRunner(server.url, await server.token('r', ['runner']))
    hours = 0
    await addHello(server.services)
    await server.services.stores.readers.setAddress('ann', 'ann@example.org')
  })
  afterEach(async () => {
    await server.close()
    await post[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  /** The execution `id` runs and exits with `exitCode`. */
  const run = async (id: string, exitCode: number): Promise<void> => {
    const job = await runner.take(id)
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('Greeting ...\nhello: no such language\n') })
    await runner.report(job, reportOf({ phase: 'check', how: 'exited', exitCode }))
  }
  const build = async (version: string, exitCode: number, name = 'deb/hello'): Promise<string> => {
    const { executions } = await announce(server.services, { package: name, version })
    const [execution] = executions
    assert.ok(execution)
    await run(execution.id, exitCode)
    return execution.id
  }
  /** What is in the mail within an hour and some minutes. */
  const mailOfAnHour = async (): Promise<Mail[]> => {
    const { services } = server
    const settings = { publishers: { mail: { url: post.url, from } } }
    const [publisher] = await openPublishers({ ...services, settings })
    assert.ok(publisher)
    for (const minutes of [5, 65, 66]) {
      const time = new Date(Date.now() + (hours * 60 + minutes) * 60_000).toISOString()
      const later = { ...services, now: () => time }
      await tellPeople(later)
      while ((await deliverDue(later, publisher)) > 0);
    }
    await publisher.close()
    hours += 2
    return post.mails.splice(0)
  }
  const linkIn = ({ headers }: Mail): string =>
    /<(.*)>/.exec(headers.get('list-unsubscribe') ?? '')?.[1] ?? ''

  it('says once what broke, since when, how, why one is told and how to stop it', async () => {
    await build('1', 0)
    assert.deepEqual(await mailOfAnHour(), [])
    const id = await build('2', 1)
    const [told, ...others] = await mailOfAnHour()
    assert.ok(told)
    assert.deepEqual(others, [])
    assert.deepEqual(told.to, ['ann@example.org'])
    assert.equal(told.headers.get('subject'), 'deb/hello 2 (bookworm): smoke broke on x86_64')
    assert.match(told.body, /^Since 2; it held up to 1\.$/m)
    assert.match(told.body, /^ {4}hello: no such language$/m)
    assert.ok(told.body.includes(`${server.url}/executions/${id}`))
    assert.match(told.body, /^You get this because you maintain deb\/hello\.$/m)
    assert.match(told.body, /^No more about deb\/hello: http/m)
    assert.equal(told.headers.get('list-unsubscribe-post'), 'List-Unsubscribe=One-Click')
    await build('3', 1)
    assert.deepEqual(await mailOfAnHour(), [])
    await build('4', 0)
    const [mended] = await mailOfAnHour()
    assert.match(mended?.body ?? '', /^Since 4; it was broken from 2 to 3\.$/m)
  })

  it('spares people their own reruns, and tells their colleagues of those', async () => {
    const { packages, groups, readers } = server.services.stores
    const { id: hello } = await packages.get({ namespace: 'deb', name: 'hello' })
    await packages.addMaintainer(hello, '@team')
    await groups.add('team', 'bob')
    await readers.setAddress('bob', 'bob@example.org')
    const first = await build('1', 1)
    assert.equal((await mailOfAnHour()).length, 2)
    const { id } = await rerun(server.services, first, 'ann')
    await run(id, 0)
    assert.deepEqual(
      (await mailOfAnHour()).map(({ to }) => to),
      [['bob@example.org']],
    )
  })

  it('spares maintainers what the service is to blame for', async () => {
    const { executions } = await announce(server.services, { version: '1' })
    const id = executions[0]!.id
    const state = async () => (await server.services.stores.executions.get(id)).state
    while ((await state()) === 'scheduled') await runner.report(await runner.take(id), machineError)
    assert.equal(await state(), 'finished')
    assert.deepEqual(await mailOfAnHour(), [])
  })

  it('tells operators, and nobody else, what the service is to blame for', async () => {
    await server.services.stores.groups.add('operators', 'olga')
    await server.services.stores.readers.setAddress('olga', 'olga@example.org')
    const { executions } = await announce(server.services, { version: '1' })
    const id = executions[0]!.id
    const state = async () => (await server.services.stores.executions.get(id)).state
    while ((await state()) === 'scheduled') await runner.report(await runner.take(id), machineError)
    const [told, ...others] = await mailOfAnHour()
    assert.deepEqual([told?.to, others], [['olga@example.org'], []])
    assert.match(
      told?.headers.get('subject') ?? '',
      /deb\/hello 1 \(bookworm\): smoke could not be judged on x86_64/,
    )
    assert.match(told?.body ?? '', /^The service is to blame[^]*qemu fell over[^]*in the group operators/m)
  })

  it('tells of many packages that change at once in one message', async () => {
    for (const name of ['deb/a', 'deb/b', 'deb/c', 'deb/d']) {
      await addPackage(server.services, name)
      await build('1', 1, name)
    }
    const subjects = (await mailOfAnHour()).map(({ headers }) => headers.get('subject'))
    assert.deepEqual(subjects, ['4 broke in 4 packages: deb/a, deb/b, deb/c and 1 more'])
    await build('2', 0, 'deb/a')
    await build('2', 0, 'deb/b')
    assert.equal((await mailOfAnHour()).length, 2)
  })

  it('tells of a mass rebuild in one message after half a day, and of others as ever', async () => {
    server.services.settings.rules = { massRebuild: { builds: 1, within: '1h' } }
    for (const name of ['deb/a', 'deb/b']) {
      await addPackage(server.services, name)
      await build('1', 1, name)
    }
    server.services.settings.rules = {}
    await build('1', 1)
    const subjects = async () => (await mailOfAnHour()).map(({ headers }) => headers.get('subject'))
    assert.deepEqual(await subjects(), ['deb/hello 1 (bookworm): smoke broke on x86_64'])
    for (let hour = 2; hour < 12; hour += 2) assert.deepEqual(await subjects(), [])
    assert.deepEqual(await subjects(), ['2 broke in 2 packages: deb/a, deb/b'])
  })

  it('sends again under the same Message-ID what was not taken', async () => {
    post.refusals.push(451)
    await build('1', 1)
    const ids = (await mailOfAnHour()).map(({ headers }) => headers.get('message-id'))
    assert.equal(ids.length, 2)
    assert.equal(new Set(ids).size, 1)
  })

  it('stops when the link in a message is followed and confirmed, by a person or by a mail program', async () => {
    await build('1', 1)
    const [told] = await mailOfAnHour()
    assert.ok(told)
    const link = linkIn(told)
    const { readers } = server.services.stores
    const page = await fetch(link, { headers: { accept: 'text/html' } })
    assert.match(await page.text(), /Stop messages\?/)
    assert.deepEqual(await readers.subscriptions('ann'), [])
    await assertProblem(await fetch(link.replace('ann', 'bob'), { method: 'POST' }), 403, 'FORBIDDEN')
    const one = /No more about deb\/hello: (\S+)/.exec(told.body)?.[1] ?? ''
    assert.equal((await fetch(one, { method: 'POST' })).status, 200)
    assert.deepEqual(await readers.subscriptions('ann'), [
      { user: 'ann', package: 'deb/hello', interest: 'none' },
    ])
    const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' })
    assert.equal((await fetch(link, { method: 'POST', body })).status, 200)
    assert.deepEqual(await readers.subscriptions('ann'), [{ user: 'ann', package: '*', interest: 'none' }])
    await build('2', 0)
    assert.deepEqual(await mailOfAnHour(), [])
  })
})

describe('people over HTTP', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
  })
  after(() => server.close())

  const change = async (token: string, body: object, user = 'ann'): Promise<Response> =>
    fetch(`${server.url}/api/v1/people/${user}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('say themselves what they want to hear, and admins where they are reached', async () => {
    const [ann, root] = [await server.token('ann', ['push']), await server.token('root', ['admin'])]
    const address = 'ann@example.org'
    await assertProblem(await change(ann, { mail: address }), 403, 'FORBIDDEN')
    await assertProblem(await change(ann, { subscriptions: {} }, 'bob'), 403, 'FORBIDDEN')
    await assertProblem(await change(root, { mail: 'a@b, c@d' }), 400, 'INVALID_INPUT')
    await change(root, { mail: address })
    const subscriptions = { '*': 'failures', 'deb/hello': 'none' }
    const changed = await change(ann, { subscriptions })
    assert.deepEqual(await changed.json(), { user: 'ann', mail: address, subscriptions })
  })
})
