import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { otherEvent } from '../../../core/listening/other-event.ts'
import { parsePackage } from '../../../core/names.ts'
import { hear } from '../../../server/flows/hear.ts'
import { fetchUpstream } from '../../../server/git/upstream-git.ts'
import { manifest, openClone } from '../../support/clone.ts'
import { openForge, type Forge } from '../../support/forge.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

interface UpstreamJson {
  webhook: string
  secret: string
  waits: boolean
  lookedAt: string | null
  trouble: string | null
  refused: { branch: string; commit: string; why: string }[]
}

const good = { 'checks.yaml': manifest(), 'smoke.sh': 'exit 0\n' }
const bad = { 'checks.yaml': 'checks:\n  smoke:\n    runn: ./smoke.sh\n' }
const name = parsePackage('deb/hello')
const path = '/api/v1/packages/deb/hello/upstream'

describe('checks that are kept on a forge', () => {
  let server: TestServer
  let forge: Forge
  let admin: string

  beforeEach(async () => {
    server = await startTestServer()
    forge = await openForge()
    await server.services.stores.packages.ensure(name, server.services.now())
    admin = await server.token('root', ['admin'])
  })
  afterEach(async () => {
    await forge[Symbol.asyncDispose]()
    await server.close()
  })

  const ask = async (method: string, where: string, body?: object): Promise<Response> =>
    fetch(`${server.url}${where}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  const set = async (body: object = {}): Promise<UpstreamJson> => {
    const response = await ask('PUT', path, { url: forge.url, ...body })
    assert.equal(response.status, 200)
    return (await response.json()) as UpstreamJson
  }
  const look = async (): Promise<UpstreamJson> => (await (await ask('GET', path)).json()) as UpstreamJson
  /** After a look that began after this call. */
  const looked = async (): Promise<UpstreamJson> => {
    const before = (await look()).lookedAt
    await ask('POST', `${path}/fetch`)
    return until('another look', async () => {
      const now = await look()
      return !now.waits && now.lookedAt !== before ? now : null
    })
  }
  /** What runs from each branch now. */
  const registered = async (): Promise<Record<string, string>> => {
    const { id } = await server.services.stores.packages.get(name)
    const current = await server.services.stores.registrations.current(id)
    return Object.fromEntries(
      current.map((one) => [`${one.branch}${one.isDefault ? ' (default)' : ''}`, one.commit]),
    )
  }

  /** As a listener hands on what it heard; what became of it. */
  const tell = (topic: string, body: object) => {
    const message = { topic, id: topic, sentAt: null, body }
    return hear(server.services, 'bus', [{ message, heard: otherEvent(message, {}) }])
  }

  it('are registered within seconds, branch by branch, the default as the forge has it', async () => {
    const commit = await forge.push(good, 'main', 'bookworm')
    await set()
    await until('a look', async () => (await look()).lookedAt)
    assert.deepEqual(await registered(), { 'main (default)': commit, bookworm: commit })
    const { trouble, refused } = await look()
    assert.deepEqual([trouble, refused], [null, []])
  })

  it('are taken anew when a webhook comes that the forge has signed, whichever it is', async () => {
    await forge.push(good)
    const { webhook, secret } = await set()
    await looked()
    const body = '{"ref":"refs/heads/main"}'
    const hmac = (kind: string): string => createHmac(kind, secret).update(body).digest('hex')
    const signed: Record<string, string>[] = [
      { 'x-hub-signature-256': `sha256=${hmac('sha256')}` },
      { 'x-gitea-signature': hmac('sha256'), 'x-forgejo-signature': hmac('sha256') },
      { 'x-pagure-signature': hmac('sha1'), 'x-pagure-signature-256': hmac('sha256') },
      { 'x-gitlab-token': secret },
    ]
    for (const headers of signed) {
      const commit = await forge.push({ ...good, note: Object.keys(headers).join() })
      assert.equal((await fetch(webhook, { method: 'POST', body, headers })).status, 202)
      await until('the commit', async () => (await registered())['main (default)'] === commit)
    }
    const forged: Record<string, string>[] = [
      {},
      { 'x-hub-signature-256': hmac('sha256') },
      { 'x-gitlab-token': `${secret}x` },
      { 'x-gitlab-token': secret, 'x-gitea-signature': hmac('sha1') },
    ]
    for (const headers of forged) {
      const response = await fetch(webhook, { method: 'POST', body, headers })
      assert.equal(response.status, 401)
      assert.match(await response.text(), /BAD_SIGNATURE/)
    }
    assert.equal((await look()).waits, false)
  })

  it('are taken anew when a bus tells of a push, by the name of a package or by the address', async () => {
    await forge.push(good)
    await set()
    await looked()
    const address = forge.url.replace(/\.git$/, '')
    const messages: [string, object][] = [
      ['io.pagure.prod.pagure.git.receive', { repo: { namespace: 'deb', name: 'hello' } }],
      ['org.fedoraproject.prod.git.receive', { commit: { namespace: 'deb', repo: 'hello' } }],
      ['org.fedoraproject.prod.forgejo.push', { body: { repository: { html_url: address } } }],
      ['org.fedoraproject.prod.gitlab.push', { body: { project: { git_http_url: forge.url } } }],
    ]
    for (const [topic, body] of messages) {
      const commit = await forge.push({ ...good, note: topic })
      assert.deepEqual(await tell(topic, body), ['stored'])
      await until('the commit', async () => (await registered())['main (default)'] === commit)
    }
    const others: [string, object][] = [
      ['org.fedoraproject.prod.forgejo.push', { body: { repository: { html_url: `${address}s` } } }],
      ['org.fedoraproject.prod.forgejo.issues', { body: { repository: { html_url: address } } }],
      ['org.fedoraproject.prod.git.receive', { commit: null }],
    ]
    for (const [topic, body] of others) assert.deepEqual(await tell(topic, body), ['ignored'])
  })

  it('are judged as a push is: what is wrong is told, to the forge too, and what was good before goes on', async () => {
    const before = await forge.push(good, 'main', 'bookworm')
    await set({ forge: 'forgejo', statusToken: 'let-me' })
    await looked()
    assert.deepEqual(forge.told, [
      {
        path: `/api/v1/repos/team/hello/statuses/${before}`,
        token: 'token let-me',
        body: {
          state: 'success',
          context: 'assay/registration',
          target_url: `${server.url}/packages/deb/hello`,
          description: 'main: 1 check is registered',
        },
      },
    ])
    const wrong = await forge.push(bad, 'main')
    const { refused, trouble } = await looked()
    assert.equal(trouble, null)
    assert.deepEqual(
      refused.map(({ branch, commit }) => [branch, commit]),
      [['main', wrong]],
    )
    assert.match(refused[0]!.why, /checks\.yaml:3:5.*runn[\s\S]*run/)
    assert.deepEqual(await registered(), { 'main (default)': before, bookworm: before })
    assert.deepEqual([forge.told.at(-1)?.body['state'], forge.told.length], ['failure', 2])
    assert.match(forge.told.at(-1)?.body['description'] ?? '', /checks\.yaml/)
    const page = await (await fetch(`${server.url}/packages/deb/hello`)).text()
    for (const words of [`href="${forge.url}"`, 'was not taken', '&quot;runn&quot;'])
      assert.ok(page.includes(words), words)
    const mended = await forge.push(good, 'main')
    assert.deepEqual((await looked()).refused, [])
    assert.equal((await registered())['main (default)'], mended)
  })

  it('go where the forge goes: history that was rewritten, branches that are gone, another default', async () => {
    await forge.push(good, 'main', 'bookworm')
    await set()
    await looked()
    await forge.git('reset', '--quiet', '--soft', 'HEAD')
    await forge.git('commit', '--quiet', '--amend', '-m', 'Another history')
    const rewritten = await forge.push({ 'smoke.sh': 'exit 1\n' }, 'trixie')
    await forge.setDefault('trixie')
    await forge.remove('bookworm', 'main')
    await looked()
    assert.deepEqual(await registered(), { 'trixie (default)': rewritten })
  })

  it('are not pushed here: whoever tries learns where', async () => {
    await set()
    const clone = await openClone(server)
    await clone.commit(good)
    const { code, said } = await clone.push()
    assert.equal(code, 128)
    assert.match(said, /403/)
    await ask('DELETE', path)
    assert.equal((await clone.push()).code, 0)
    await clone[Symbol.asyncDispose]()
  })

  it('stay as they are while the forge is gone, empty, or leads elsewhere, and why is told', async () => {
    const commit = await forge.push(good)
    await set()
    await looked()
    const troubles: [(typeof forge)['answer'], RegExp][] = [
      [(response) => response.writeHead(500).end('no'), /500/],
      [
        (response) => response.writeHead(302, { location: `${server.url}/git/deb/hello.git` }).end(),
        /redirect|302/,
      ],
      [
        (response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
        /[Uu]sername|[Aa]uthentication/,
      ],
      [(response) => void response.socket?.destroy(), /[Ee]mpty reply|failed|closed/],
    ]
    for (const [answer, words] of troubles) {
      forge.answer = answer
      const { trouble } = await looked()
      assert.match(trouble ?? '', words)
      assert.deepEqual(await registered(), { 'main (default)': commit })
    }
    forge.answer = null
    assert.equal((await looked()).trouble, null)
  })

  it('do not wait for those on another forge that does not answer', async () => {
    await using slow = await openForge()
    slow.answer = () => undefined
    const { stores, now } = server.services
    const other = await stores.packages.ensure(parsePackage('deb/other'), now())
    await ask('PUT', '/api/v1/packages/deb/other/upstream', { url: slow.url })
    await until('the slow look', async () => !(await stores.upstreams.get(other)).isAsked)
    const commit = await forge.push(good)
    await set()
    assert.equal((await looked()).trouble, null)
    assert.deepEqual(await registered(), { 'main (default)': commit })
  })

  it('end with the package’s upstream, and what was taken in stays', async () => {
    const commit = await forge.push(good)
    await set()
    await looked()
    assert.equal((await ask('DELETE', path)).status, 204)
    assert.equal((await ask('GET', path)).status, 404)
    assert.deepEqual(await registered(), { 'main (default)': commit })
  })

  it('are kept at an address of the web, without a password in it', async () => {
    const addresses = [
      ...['file:///etc', '/srv/git/hello.git', '--upload-pack=touch /tmp/x', 'ext::sh -c true', 'ssh://a/b'],
      ...['https://ann:secret@forge.example/hello', 'https://forge.example', 'https://forge.example/a b'],
    ]
    for (const url of [...addresses, 'https://[/x', '']) {
      const response = await ask('PUT', path, { url })
      assert.deepEqual([response.status, /BAD_UPSTREAM/.test(await response.text())], [400, true], url)
    }
    const unknown = await ask('PUT', path, { url: 'https://git.example/a', statusToken: 'x' })
    assert.match(await unknown.text(), /UNKNOWN_FORGE/)
  })

  it('are not fetched beyond what a push may bring', async () => {
    const noise = Array.from({ length: 40_000 }, (_, line) => `${Math.sin(line)}`).join('\n')
    await forge.push({ ...good, noise })
    const { repositories } = server.services
    const place = {
      gitdir: await repositories.staging(name),
      env: await repositories.environment(),
      signal: new AbortController().signal,
    }
    await assert.rejects(fetchUpstream(forge.url, place, 1000), { code: 'UPSTREAM_TOO_LARGE' })
  })
})
