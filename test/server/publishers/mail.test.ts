import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openPublishers } from '../../../server/publishers/kinds.ts'
import { Unreachable, type Publisher } from '../../../server/publishers/publisher.ts'
import type { Delivery } from '../../../server/store/outbox.ts'
import type { MailSettings } from '../../../schemas/types.gen.ts'
import { makeCertificates, type Certificates } from '../../support/certificates.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { startMailServer, type Guarded } from '../../support/smtp.ts'

/** Says nothing, to somebody who is reached. */
const delivery = {
  messageId: 'm1',
  createdAt: '2026-01-01T00:00:00.000Z',
  body: { user: 'ann', pieces: [], more: 0 },
} as unknown as Delivery

describe('a mail server that people must sign in to', () => {
  let folder: TemporaryFolder
  let certificates: Certificates
  let server: TestServer
  let guarded: Omit<Guarded, 'encrypted'>
  let signIn: Pick<MailSettings, 'from' | 'user' | 'passwordFile' | 'authority'>

  before(async () => {
    folder = await temporaryFolder()
    certificates = await makeCertificates(folder.path, 'assay')
    const passwordFile = join(folder.path, 'password')
    await writeFile(passwordFile, 's3cret\n')
    const [key, cert] = await Promise.all([
      readFile(certificates.server.key),
      readFile(certificates.server.certificate),
    ])
    guarded = { key, cert, user: 'robot', password: 's3cret' }
    signIn = { from: 'assay@example.org', user: 'robot', passwordFile, authority: certificates.authority }
    server = await startTestServer()
    await server.services.stores.readers.setAddress('ann', 'ann@example.org')
  })
  after(async () => {
    await server.close()
    await folder[Symbol.asyncDispose]()
  })

  const open = async (mail: MailSettings): Promise<Publisher> => {
    const [publisher] = await openPublishers({ ...server.services, settings: { publishers: { mail } } })
    return publisher!
  }

  /** How many mails came; rejects with why none was sent. */
  const send = async (
    encrypted: Guarded['encrypted'],
    settings: Partial<MailSettings> = {},
  ): Promise<number> => {
    await using post = await startMailServer({ ...guarded, encrypted })
    const publisher = await open({ ...signIn, url: post.url, ...settings })
    try {
      await publisher.send(delivery)
    } finally {
      await publisher.close()
    }
    return post.mails.length
  }

  it('gets mail over a connection that is encrypted from its beginning, or once both have agreed', async () => {
    assert.equal(await send('at once'), 1)
    assert.equal(await send('when asked'), 1)
  })

  it('gets no password that others could read', async () => {
    await assert.rejects(send('never'), Unreachable)
  })

  it('gets none either where nobody knows who signed its certificate', async () => {
    const { authority, ...unknown } = signIn
    assert.ok(authority)
    await using post = await startMailServer({ ...guarded, encrypted: 'at once' })
    const publisher = await open({ ...unknown, url: post.url })
    await assert.rejects(publisher.send(delivery), Unreachable)
    await publisher.close()
  })

  it('that knows no such password loses no message: it waits', async () => {
    const passwordFile = join(folder.path, 'wrong')
    await writeFile(passwordFile, 'guess')
    await assert.rejects(send('at once', { passwordFile }), Unreachable)
  })
})
