import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { tellPeople } from '../../../server/flows/tell-people.ts'
import { openPublishers } from '../../../server/publishers/kinds.ts'
import { deliverDue } from '../../../server/publishers/publishing.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { listenOn } from '../../support/listen.ts'
import { machineError, reportOf, testRunner, type TestRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'
import { addHello, addPackage, announce } from '../../support/site.ts'

interface Heard {
  method: string
  path: string
  token: string | undefined
  body: Record<string, string>
}

describe('rooms of chats', () => {
  const heard: Heard[] = []
  let folder: TemporaryFolder
  let chat: Awaited<ReturnType<typeof listenOn>>
  let server: TestServer
  let runner: TestRunner
  let answer = 200

  before(async () => {
    folder = await temporaryFolder()
    chat = await listenOn(
      createServer((request, response) => {
        void text(request).then((body) => {
          const { method = '', url: path = '', headers } = request
          heard.push({ method, path, token: headers.authorization, body: JSON.parse(body) as Heard['body'] })
          response.writeHead(answer).end('{}')
        })
      }),
    )
    const file = async (name: string, content: string): Promise<string> => {
      await writeFile(join(folder.path, name), `${content}\n`)
      return join(folder.path, name)
    }
    const rooms = {
      all: { webhookFile: await file('hook', `${chat.url}/hooks/s3cret`) },
      perl: {
        matrix: { url: chat.url, room: '!perl:example.org', tokenFile: await file('token', 'syt_x') },
        packages: ['deb/lib*-perl'],
        interest: 'failures' as const,
      },
      operators: { webhookFile: await file('ops', `${chat.url}/hooks/ops`), interest: 'errors' as const },
    }
    server = await startTestServer({
      settingsFile: await settingsFile(folder.path, { publishers: { chat: rooms } }),
    })
    runner = testRunner(server.url, await server.token('r', ['runner']))
    await addHello(server.services)
    await addPackage(server.services, 'deb/libmoo-perl')
  })
  after(async () => {
    await server.close()
    await chat.close()
    await folder[Symbol.asyncDispose]()
  })

  const unreachable = (error: unknown): number => {
    assert.match(String(error), /Unreachable: it answered 503/)
    return 0
  }
  let hours = 0
  /** What rooms hear within some minutes of a build whose checks exit with `exitCode`. */
  async function heardOf(name: string, version: string, exitCode: number): Promise<Heard[]> {
    const { executions } = await announce(server.services, { package: name, version })
    for (const { id } of executions)
      await runner.report(await runner.take(id), reportOf({ phase: 'check', how: 'exited', exitCode }))
    return heardNow()
  }

  async function heardNow(): Promise<Heard[]> {
    const publishers = await openPublishers(server.services)
    hours += 2
    for (const minutes of [5, 10]) {
      const time = new Date(Date.now() + (hours * 60 + minutes) * 60_000).toISOString()
      const later = { ...server.services, now: () => time }
      await tellPeople(later)
      for (const publisher of publishers) while ((await deliverDue(later, publisher).catch(unreachable)) > 0);
    }
    for (const publisher of publishers) await publisher.close()
    return heard.splice(0)
  }

  it('hear what changed, in a line with a link; nothing while nothing changes', async () => {
    assert.deepEqual(await heardOf('deb/hello', '1', 0), [])
    const [told, ...others] = await heardOf('deb/hello', '2', 1)
    assert.deepEqual([told?.method, told?.path, others], ['POST', '/hooks/s3cret', []])
    assert.match(
      told?.body['text'] ?? '',
      /^deb\/hello 2 \(bookworm\): smoke broke on x86_64\. Since 2; it held up to 1\. http:\/\/\S+\/executions\/\S+$/,
    )
    assert.deepEqual(await heardOf('deb/hello', '3', 1), [])
    assert.match((await heardOf('deb/hello', '4', 0))[0]?.body['text'] ?? '', /smoke holds again/)
  })

  it('hear of the packages, and of the changes, that the settings name', async () => {
    await heardOf('deb/libmoo-perl', '1', 0)
    const told = await heardOf('deb/libmoo-perl', '2', 1)
    const onMatrix = told.find(({ method }) => method === 'PUT')
    assert.equal(told.length, 2)
    assert.match(
      onMatrix?.path ?? '',
      /^\/_matrix\/client\/v3\/rooms\/!perl%3Aexample\.org\/send\/m\.room\.message\/[\w-]+$/,
    )
    assert.deepEqual([onMatrix?.token, onMatrix?.body['msgtype']], ['Bearer syt_x', 'm.notice'])
    assert.equal((await heardOf('deb/libmoo-perl', '3', 0)).length, 1, 'only failures were asked for')
  })

  it('are told again, as the same message, when they could not be reached', async () => {
    answer = 503
    const first = await heardOf('deb/libmoo-perl', '4', 1)
    answer = 200
    const again = await heardOf('deb/libmoo-perl', '5', 1)
    const paths = [...first, ...again].flatMap(({ method, path }) => (method === 'PUT' ? [path] : []))
    assert.ok(first.length > 0 && again.length > 0)
    assert.equal(new Set(paths).size, 1)
  })

  it('hear, where they ask for it, what the service is to blame for', async () => {
    const { executions } = await announce(server.services, { version: '4.1' })
    const id = executions[0]?.id ?? ''
    const state = async (): Promise<string> => (await server.services.stores.executions.get(id)).state
    while ((await state()) === 'scheduled') await runner.report(await runner.take(id), machineError)
    const told = await heardNow()
    assert.deepEqual(
      told.map(({ path }) => path),
      ['/hooks/ops'],
    )
    assert.match(told[0]?.body['text'] ?? '', /smoke could not be judged on x86_64\. The service is to blame/)
  })

  it('read no commands in what a build system writes', async () => {
    const [told] = await heardOf('deb/hello', '5<!channel>&', 1)
    assert.match(told?.body['text'] ?? '', /^deb\/hello 5&lt;!channel&gt;&amp; \(/)
  })

  it('must be named in one way, with an address', async () => {
    for (const room of [
      {},
      { webhookFile: join(folder.path, 'nowhere') },
      { webhookFile: join(folder.path, 'token') },
    ])
      await assert.rejects(
        openPublishers({ ...server.services, settings: { publishers: { chat: { x: room } } } }),
        { code: 'BAD_SETTINGS', message: /chat\.x/ },
      )
  })
})
