/** What every kind of publisher keeps to. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PublisherSettings } from '../../../schemas/types.gen.ts'
import {
  configuredPublishers,
  kinds,
  openPublishers,
  publishersOf,
} from '../../../server/publishers/kinds.ts'
import { subjects } from '../../../server/publishers/publisher.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { settingsFile } from '../../support/settings.ts'

/** Where nobody listens. */
const nobody = 'localhost:9'

describe('every kind of publisher', () => {
  let folder: TemporaryFolder
  let server: TestServer
  let samples: Required<PublisherSettings>
  before(async () => {
    folder = await temporaryFolder()
    const secretFile = join(folder.path, 'secret')
    await writeFile(secretFile, `http://${nobody}/hook`)
    samples = {
      webhooks: { one: { url: `http://${nobody}/hook`, secretFile } },
      chat: { ops: { webhookFile: secretFile } },
      mail: {
        url: `smtp://${nobody}`,
        from: 'assay@example.org',
        user: 'robot',
        passwordFile: secretFile,
      },
      fedoraMessaging: { url: `amqp://${nobody}`, topicPrefix: 'org.example', resultsdb: true },
    }
    server = await startTestServer({ settingsFile: await settingsFile(folder.path, { publishers: samples }) })
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  it('says by its settings alone what it is called, where it stands in them and what it is about', () => {
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      deepEqual(configuredPublishers({}), [])
      const [one, ...others] = configuredPublishers({ publishers: { [kind]: samples[kind] } })
      ok(one && others.length === 0, kind)
      ok(one.part.split('.')[0] === kind, one.part)
      ok(one.about.length > 0 && one.about.every((subject) => subjects.includes(subject)), kind)
    }
    const names = configuredPublishers({ publishers: samples }).map(({ name }) => name)
    equal(new Set(names).size, Object.keys(kinds).length)
  })

  it('is found by what it is about', () => {
    const settings = { publishers: samples }
    deepEqual(
      subjects.map((subject) => [subject, publishersOf(settings, subject)]),
      [
        ['executions', ['webhook one', 'fedora-messaging']],
        ['posted results', ['fedora-messaging']],
        ['changes for people', ['mail']],
        ['changes for rooms', ['chat ops']],
      ],
    )
  })

  it('opens under its name without waiting for the other side, and closes', async () => {
    const opened = await openPublishers({ ...server.services, settings: { publishers: samples } })
    deepEqual(
      opened.map(({ name }) => name),
      configuredPublishers({ publishers: samples }).map(({ name }) => name),
    )
    for (const publisher of opened) {
      ok(publisher.width > 0)
      await publisher.close()
    }
  })

  it('is shown on /messages, so that nobody is said to be told nothing', async () => {
    const page = await (await fetch(`${server.url}/messages`, { headers: { accept: 'text/html' } })).text()
    for (const { name } of configuredPublishers({ publishers: samples })) match(page, new RegExp(`>${name}<`))
    ok(!page.includes('Nobody is told'))
  })

  it('refuses to start with what cannot work, and says which part of the settings that is', async () => {
    const missing = join(folder.path, 'missing')
    const broken = {
      webhooks: { one: { ...samples.webhooks['one']!, secretFile: missing } },
      chat: { ops: {} },
      mail: { ...samples.mail, passwordFile: missing },
    }
    for (const [kind, settings] of Object.entries(broken))
      await rejects(openPublishers({ ...server.services, settings: { publishers: { [kind]: settings } } }), {
        code: 'BAD_SETTINGS',
        message: new RegExp(`^The part publishers: ${kind}`),
      })
    const { url, ...without } = samples.fedoraMessaging
    ok(url)
    await rejects(
      openPublishers({ ...server.services, settings: { publishers: { fedoraMessaging: without } } }),
      /AMQP_URL/,
    )
  })
})
