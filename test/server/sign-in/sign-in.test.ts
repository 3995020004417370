import assert from 'node:assert/strict'
import { freePorts } from '../../support/free-ports.ts'
import { passed, reportOf, testRunner } from '../../support/runner.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { addHello, announce, oneExecution } from '../../support/site.ts'
import { visitor, type Visitor } from '../../support/visitor.ts'

describe('signing in with a token', () => {
  let server: TestServer
  let execution: string

  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
    execution = await oneExecution(server.services)
  })
  after(() => server.close())

  const signedIn = async (user: string): Promise<Visitor & { token: string }> => {
    const token = await server.token(user, ['push'])
    const one = visitor(server.url)
    assert.equal((await one.send('/sign-in', { token })).status, 303)
    return { ...one, token }
  }

  it('gives a cookie that scripts and other sites cannot use, and leads back', async () => {
    const token = await server.token('ann', ['push'])
    const response = await visitor(server.url).send('/sign-in', { token, back: '/packages/deb/hello?x=1' })
    assert.equal(response.headers.get('location'), '/packages/deb/hello?x=1')
    assert.match(
      response.headers.get('set-cookie') ?? '',
      /^assay-session=[0-9a-f]{64}; Max-Age=604800; Path=\/; Expires=[^;]*; HttpOnly; SameSite=Lax$/,
    )
  })

  it('has encrypted sites promise more of their cookie', async () => {
    const [port = 0] = await freePorts(1)
    const listen = { host: '127.0.0.1', port }
    await using encrypted = await startTestServer({ listen, url: 'https://assay.example.org' })
    const token = await encrypted.token('ann', ['push'])
    const response = await visitor(`http://127.0.0.1:${port}`).send('/sign-in', { token })
    assert.match(response.headers.get('set-cookie') ?? '', /^__Host-assay-session=.*; Secure;/)
  })

  it('never leads to another site', async () => {
    const token = await server.token('ann', ['push'])
    for (const back of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:1',
      '/\nx',
      '',
    ]) {
      const response = await visitor(server.url).send('/sign-in', { token, back })
      assert.equal(response.headers.get('location'), '/', back)
    }
  })

  it('says what is wrong with a token, in the form', async () => {
    const response = await visitor(server.url).send('/sign-in', { token: 'assay_wrong', back: '/runners' })
    assert.equal(response.status, 401)
    const text = await response.text()
    assert.match(text, /This token is not known here/)
    assert.match(text, /name="back" value="\/runners"/)
    assert.equal(response.headers.get('set-cookie'), null)
  })

  it('shows who one is on every page, and buttons only to those who may press them', async () => {
    const button = 'Cancel it'
    const pageFor = async (one: Visitor): Promise<string> =>
      (await one.get(`/executions/${execution}`)).text()
    const [ann, eve] = [await signedIn('ann'), await signedIn('eve')]
    assert.match(await pageFor(ann), /href="\/account"><bdi>ann<\/bdi>/)
    assert.ok((await pageFor(ann)).includes(button))
    assert.ok(!(await pageFor(eve)).includes(button))
    const nobody = await pageFor(visitor(server.url))
    assert.ok(!nobody.includes(button))
    assert.match(nobody, new RegExp(`href="/sign-in\\?back=%2Fexecutions%2F${execution}"`))
  })

  it('lets a maintainer cancel, run again and keep by button', async () => {
    const ann = await signedIn('ann')
    const own = await oneExecution(server.services)
    const stateOf = (id: string) => server.services.stores.executions.get(id)
    assert.equal((await ann.send(`/executions/${own}/cancel`)).headers.get('location'), `/executions/${own}`)
    assert.equal((await stateOf(own)).outcome, 'cancelled')
    const again = (await ann.send(`/executions/${own}/rerun`)).headers.get('location') ?? ''
    const made = await stateOf(again.split('/').at(-1) ?? '')
    assert.deepEqual([made.rerunOf, made.requestedBy], [own, 'ann'])
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    await runner.hello()
    await runner.report(await runner.take(made.id), passed)
    const isKept = async (): Promise<boolean> =>
      (await server.services.stores.holdings.of(made.id))?.kept?.by === 'ann'
    assert.equal((await ann.send(`/executions/${made.id}/keep`)).status, 303)
    assert.equal(await isKept(), true)
    assert.equal((await ann.send(`/executions/${made.id}/let-go`)).status, 303)
    assert.equal(await isKept(), false)
  })

  it('lets a maintainer run again all of a build that did not hold, once', async () => {
    const { build, executions } = await announce(server.services, { version: '3' })
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    const failed = reportOf({ phase: 'check', how: 'exited', exitCode: 1 })
    for (const { id } of executions) await runner.report(await runner.take(id), failed)
    const [ann, eve] = [await signedIn('ann'), await signedIn('eve')]
    assert.match(await (await ann.get(`/builds/${build.id}`)).text(), /Run again what did not hold \(1\)/)
    assert.equal((await eve.send(`/builds/${build.id}/rerun`)).status, 403)
    const counts: number[] = []
    for (let time = 0; time < 2; time++) {
      assert.equal(
        (await ann.send(`/builds/${build.id}/rerun`)).headers.get('location'),
        `/builds/${build.id}`,
      )
      counts.push((await server.services.stores.executions.ofBuild(build.id)).length)
    }
    assert.deepEqual(counts, [2, 2])
    assert.doesNotMatch(await (await ann.get(`/builds/${build.id}`)).text(), /Run again what/)
  })

  it('refuses the form of who may not, of another sign-in, of another site, and of nobody', async () => {
    const [ann, eve] = [await signedIn('ann'), await signedIn('eve')]
    const path = `/executions/${execution}/cancel`
    assert.equal((await eve.send(path)).status, 403)
    assert.equal((await ann.send(path, { key: 'f'.repeat(64) })).status, 403)
    assert.equal((await ann.send(path, { key: '' })).status, 403)
    assert.equal((await ann.send(path, {}, { origin: 'https://evil.example' })).status, 403)
    assert.equal((await ann.send(path, {}, { 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal((await visitor(server.url).send(path)).status, 401)
    const foreign = await visitor(server.url).send('/sign-in', { token: ann.token }, { origin: 'null' })
    assert.equal(foreign.status, 403)
    assert.equal((await server.services.stores.executions.get(execution)).state, 'scheduled')
  })

  it('opens nothing of the API: cookies count on pages only', async () => {
    const ann = await signedIn('ann')
    assert.equal((await ann.send(`/api/v1/executions/${execution}/cancel`)).status, 401)
    assert.equal((await ann.get('/api/v1/people/ann')).status, 401)
  })

  it('ends by signing out, by signing out everywhere, and with the token', async () => {
    const isIn = async (one: Visitor): Promise<boolean> => (await one.get('/account')).status === 200
    const [first, second] = [await signedIn('ann'), await signedIn('ann')]
    const kept = new Map(first.cookies)
    assert.equal((await first.send('/sign-out')).status, 303)
    assert.equal(first.cookies.size, 0)
    for (const [name, value] of kept) first.cookies.set(name, value)
    assert.equal(await isIn(first), false, 'the cookie outlived its session')
    assert.equal(await isIn(second), true)
    const third = await signedIn('ann')
    await third.send('/account/sign-out-everywhere')
    assert.deepEqual([await isIn(second), await isIn(third)], [false, false])
    const eve = await signedIn('eve')
    await server.services.stores.tokens.revokeAll('eve')
    assert.equal(await isIn(eve), false)
  })

  it('ends when its time is over, and is then forgotten', async () => {
    const { stores, now } = server.services
    const begun = { createdAt: now(), expiresAt: '2020-01-01T00:00:00.000Z' }
    await stores.sessions.begin({ hash: 'a'.repeat(64), user: 'ann', tokenHash: null, ...begun })
    assert.equal(await stores.sessions.identify('a'.repeat(64), now()), null)
    assert.ok(await stores.sessions.identify('a'.repeat(64), '2019-01-01T00:00:00.000Z'))
    await stores.sessions.forgetExpired(now())
    assert.equal(await stores.sessions.identify('a'.repeat(64), '2019-01-01T00:00:00.000Z'), null)
  })

  it('makes pages, which hold keys and tokens then, such as nobody keeps', async () => {
    const [ann, anybody] = [await signedIn('ann'), visitor(server.url)]
    for (const path of ['/', '/account', '/packages/deb/hello'])
      assert.equal((await ann.get(path)).headers.get('cache-control'), 'no-store', path)
    const { headers } = await anybody.get('/')
    assert.equal(headers.get('cache-control'), 'no-cache')
    assert.match(headers.get('vary') ?? '', /cookie/i)
  })

  it('lets people say what they hear, but make no tokens and add no keys', async () => {
    const ann = await signedIn('ann')
    const asked = { package: 'deb/hello', interest: 'failures' }
    assert.equal((await ann.send('/account/subscriptions', asked)).status, 303)
    assert.deepEqual(await server.services.stores.readers.subscriptions('ann'), [{ user: 'ann', ...asked }])
    assert.equal((await ann.send('/account/subscriptions', { ...asked, interest: 'all' })).status, 400)
    assert.equal((await ann.send('/account/subscriptions', { ...asked, package: 'deb/none' })).status, 404)
    const refused = await ann.send('/account/tokens', { days: '30' })
    assert.equal(refused.status, 403)
    assert.match(await refused.text(), /for who signed in there with the site’s provider/)
    assert.equal((await ann.send('/account/keys', { publicKey: 'ssh-ed25519 AAAA' })).status, 403)
  })
})
