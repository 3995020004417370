import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { sign } from '../../../server/signature.ts'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello } from '../../support/site.ts'

const type = 'dev.assay.build.completed.v1'
const data = { package: 'deb/hello', release: 'bookworm', version: '2.10-3' }

interface Answer {
  build: { id: string; package: string; architectures: string[] }
  executions: { id: string; check: string; state: string }[]
}

describe('POST /api/v1/events', () => {
  let server: TestServer
  let token: string

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    token = await server.token('listener', ['events'])
  })
  after(() => server.close())

  const post = (body: string | Buffer, headers: Record<string, string>): Promise<Response> =>
    fetch(`${server.url}/api/v1/events`, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers: { authorization: `Bearer ${token}`, ...headers },
    })
  const event = (changes: object = {}): object => ({
    ...{ specversion: '1.0', id: randomUUID(), source: 'urn:test', type, data },
    ...changes,
  })
  const structured = (changes: object = {}): Promise<Response> =>
    post(JSON.stringify(event(changes)), { 'content-type': 'application/cloudevents+json; charset=utf-8' })
  const binary = (headers: Record<string, string> = {}, body: unknown = data): Promise<Response> =>
    post(JSON.stringify(body), {
      'content-type': 'application/json; charset=utf-8',
      ...{ 'ce-specversion': '1.0', 'ce-id': randomUUID(), 'ce-source': 'urn:test', 'ce-type': type },
      ...headers,
    })

  it('takes an event in structured mode', async () => {
    const response = await structured({ data: { ...data, architectures: ['amd64'] } })
    assert.equal(response.status, 202)
    const { build, executions } = (await response.json()) as Answer
    assert.deepEqual([build.package, build.architectures], ['deb/hello', ['x86_64']])
    assert.deepEqual(
      executions.map(({ check, state }) => [check, state]),
      [['smoke', 'scheduled']],
    )
  })

  describe("told of by CDEvents' artifact.published", () => {
    const sha256 = 'a'.repeat(64)
    const url = 'https://ftp.example.org/hello_2.10-3_amd64.deb'
    const file = `&download_url=${encodeURIComponent(url)}`
    const published = (id: string, customData?: unknown): Promise<Response> => {
      const kind = 'dev.cdevents.artifact.published.0.3.0'
      const context = { version: '0.4.1', id: 'x', source: 'urn:test', type: kind }
      const subject = { id, source: 'urn:test', type: 'artifact', content: {} }
      return structured({
        type: kind,
        data: { context, subject, ...(customData !== undefined && { customData }) },
      })
    }
    const buildOf = async (response: Response): Promise<Record<string, unknown>> => {
      const answer = (await response.json()) as { build: Record<string, unknown> }
      assert.equal(response.status, 202, JSON.stringify(answer))
      return answer.build
    }

    it('is the build that the package URL names, with its file', async () => {
      const id = `pkg:deb/debian/hello@1%3A2.10-3?arch=amd64&distro=bookworm${file}&checksum=sha256:${sha256}`
      const build = await buildOf(await published(id))
      assert.deepEqual(
        [build['package'], build['release'], build['version'], build['architectures']],
        ['deb/hello', 'bookworm', '1:2.10-3', ['x86_64']],
      )
      assert.deepEqual(build['artifacts'], [{ name: 'hello_2.10-3_amd64.deb', url, sha256 }])
    })

    it('may say in its custom data what a package URL cannot', async () => {
      const build = await buildOf(
        await published('pkg:oci/hello@sha256%3Aabc', {
          package: 'deb/hello',
          release: 'sid',
          version: '2',
          x: 1,
        }),
      )
      assert.deepEqual([build['package'], build['release'], build['version']], ['deb/hello', 'sid', '2'])
    })

    it('is refused with what it leaves out, all at once', async () => {
      const nothing = await assertProblem(await published('pkg:oci/hello'), 400, 'INVALID_INPUT')
      for (const part of [/package: .*customData\.package/, /release: .*distro/, /version: /])
        assert.match(String(nothing['detail']), part)
      const open = await assertProblem(
        await published(`pkg:deb/debian/hello@2?distro=sid${file}`),
        400,
        'INVALID_INPUT',
      )
      assert.match(String(open['detail']), /download_url needs a checksum/)
      await assertProblem(await published('hello 2.10'), 400, 'INVALID_INPUT')
      await assertProblem(await published('pkg:deb/hello@%zz'), 400, 'INVALID_INPUT')
      await assertProblem(await published('pkg:deb/..%2fhello@1?distro=sid'), 400, 'INVALID_INPUT')
    })
  })

  it('takes an event in binary mode, and the same one in the other mode is a repeat', async () => {
    const id = randomUUID()
    const first = await binary({ 'ce-id': id })
    assert.equal(first.status, 202)
    assert.deepEqual(await (await structured({ id })).json(), await first.json())
  })

  it('keeps the event whole', async () => {
    const id = randomUUID()
    await structured({ id, subject: 'deb/hello', traceparent: '00-abc' })
    const stored = await server.services.stores.events.find('urn:test', id)
    const { subject, traceparent, data: kept } = JSON.parse(stored!.body) as Record<string, unknown>
    assert.deepEqual([subject, traceparent, kept], ['deb/hello', '00-abc', data])
  })

  it('takes an event that is signed with the secret of the site, and no other', async () => {
    const body = Buffer.from(JSON.stringify(event()))
    const send = (signature: string): Promise<Response> =>
      fetch(`${server.url}/api/v1/events`, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/cloudevents+json', 'x-assay-signature': signature },
      })
    assert.equal((await send(sign(server.services.webhookSecret, body))).status, 202)
    await assertProblem(await send(sign('guess', body)), 401, 'BAD_SIGNATURE')
    await assertProblem(await send('sha256=short'), 401, 'BAD_SIGNATURE')
  })

  it('refuses an unknown type and names the known ones', async () => {
    const problem = await assertProblem(
      await structured({ type: 'org.example.other' }),
      422,
      'UNKNOWN_EVENT_TYPE',
    )
    assert.deepEqual(problem['known'], [type, 'dev.cdevents.artifact.published.VERSION'])
  })

  it('refuses a package that nobody added and says how to add it', async () => {
    const response = await structured({ data: { ...data, package: 'deb/nobody' } })
    const problem = await assertProblem(response, 404, 'UNKNOWN_PACKAGE')
    assert.match(String(problem['detail']), /assay package add deb\/nobody/)
  })

  it('refuses a file of this host as an artifact and says what to do instead', async () => {
    const artifact = { name: 'passwd', url: 'file:///etc/passwd', sha256: '0'.repeat(64) }
    const problem = await assertProblem(
      await structured({ data: { ...data, artifacts: [artifact] } }),
      400,
      'INVALID_INPUT',
    )
    assert.match(String(problem['detail']), /artifacts\.0\.url.*--artifact FILE/)
  })

  it('names every problem of the data at once', async () => {
    const response = await binary({}, { package: 'hello', version: 1, colour: 'red' })
    const { problems } = await assertProblem(response, 400, 'INVALID_INPUT')
    assert.equal((problems as string[]).length, 4)
  })

  it('refuses what is not JSON, not an object or not UTF-8', async () => {
    const headers = { 'content-type': 'application/cloudevents+json' }
    await assertProblem(await post('{"id": ', headers), 400, 'BAD_JSON')
    await assertProblem(await post('[]', headers), 400, 'BAD_JSON')
    await assertProblem(await post('', headers), 400, 'BAD_JSON')
    await assertProblem(await post(Buffer.from([0x7b, 0xff, 0x7d]), headers), 400, 'BAD_JSON')
  })

  it('refuses an event without an id or source of its own, or with hostile ones', async () => {
    for (const changes of [
      { id: undefined },
      { id: '' },
      { source: undefined },
      { id: 7 },
      { id: 'a\nb' },
      { id: 'x'.repeat(300) },
    ])
      await assertProblem(await structured(changes), 400, 'INVALID_EVENT')
    await assertProblem(await structured({ specversion: '9.9' }), 400, 'INVALID_EVENT')
  })

  it('refuses other content types and batches', async () => {
    for (const contentType of [
      'text/plain',
      'application/json',
      'application/cloudevents-batch+json',
      'application/xml',
    ])
      await assertProblem(await post('{}', { 'content-type': contentType }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })

  it('refuses a body of more than 1 MiB', async () => {
    const response = await structured({ data: { ...data, origin: `https://x/${'x'.repeat(1024 ** 2)}` } })
    await assertProblem(response, 413, 'TOO_LARGE')
  })

  it('refuses whoever has no token, an unknown one, or one for something else', async () => {
    const with_ = (authorization: string): Promise<Response> =>
      post(JSON.stringify(event()), { 'content-type': 'application/cloudevents+json', authorization })
    await assertProblem(await with_('Bearer nonsense'), 401, 'UNAUTHENTICATED')
    await assertProblem(await with_('Digest x'), 401, 'UNAUTHENTICATED')
    await assertProblem(await with_(`Bearer ${await server.token('ann', ['push'])}`), 403, 'FORBIDDEN')
    const anonymous = await fetch(`${server.url}/api/v1/events`, { method: 'POST', body: '{}' })
    await assertProblem(anonymous, 401, 'UNAUTHENTICATED')
    assert.match(anonymous.headers.get('www-authenticate') ?? '', /Bearer/)
  })

  it('tells an expired token from an unknown one', async () => {
    const { services } = server
    const expired = await services.stores.tokens.create('old', ['events'], {
      now: services.now(),
      expires: '2020-01-01T00:00:00.000Z',
    })
    const response = await post('{}', { authorization: `Bearer ${expired}` })
    await assertProblem(response, 401, 'TOKEN_EXPIRED')
  })
})
