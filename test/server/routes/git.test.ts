import assert from 'node:assert/strict'
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { manifest, openClone, runGit, type Clone } from '../../support/clone.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { assertProblem } from '../../support/problem.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

describe('git over HTTP', () => {
  let server: TestServer
  let clone: Clone

  before(async () => {
    server = await startTestServer()
    clone = await openClone(server)
    await clone.commit({ 'checks.yaml': manifest(), 'smoke.sh': 'exit 0\n' })
  })
  after(async () => {
    await clone[Symbol.asyncDispose]()
    await server.close()
  })

  /** As a person does who types the token when git asks for a password. */
  const pushWith = (token: string | undefined) => {
    const remote = token === undefined ? clone.remote : clone.remote.replace('://', `://anybody:${token}@`)
    return runGit(clone.path, undefined, 'push', remote, 'HEAD:refs/heads/stranger')
  }
  /** The path as it is, which fetch would tidy up. */
  const rawStatus = (path: string): Promise<number> =>
    new Promise((resolve, reject) => {
      request(`${server.url}/`, { path }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
        .on('error', reject)
        .end()
    })

  it('answers the clone of a package without pushes as an empty repository', async () => {
    await using empty = await openClone(server, 'deb/empty')
    await using folder = await temporaryFolder()
    const { code, said } = await runGit(folder.path, undefined, 'clone', empty.remote, 'c')
    assert.equal(code, 0, said)
    assert.match(said, /cloned an empty repository/)
    assert.equal(
      (await runGit(`${folder.path}/c`, undefined, 'symbolic-ref', 'HEAD')).said,
      'refs/heads/main\n',
    )
  })

  it('lets anybody clone what a maintainer pushed, by every version of the protocol', async () => {
    assert.equal((await clone.push()).code, 0)
    for (const version of ['0', '1', '2']) {
      await using folder = await temporaryFolder()
      const { code, said } = await runGit(
        folder.path,
        undefined,
        '-c',
        `protocol.version=${version}`,
        'clone',
        clone.remote,
        'c',
      )
      assert.equal(code, 0, said)
      assert.match(
        (await runGit(`${folder.path}/c`, undefined, 'ls-files', '-s')).said,
        /100755 \S+ 0\tsmoke\.sh/,
      )
    }
  })

  it('speaks version 2 when it is asked to, and the first when the question is no version', async () => {
    const ask = async (protocol: string): Promise<string> =>
      (
        await fetch(`${clone.remote}/info/refs?service=git-upload-pack`, {
          headers: { 'git-protocol': protocol },
        })
      ).text()
    assert.match(await ask('version=2'), /^000eversion 2\n/)
    assert.match(await ask('version=2; rm -rf /'), /^001e# service=git-upload-pack\n0000/)
  })

  it('asks for a token, tells bad ones apart, and takes only those of maintainers and admins', async () => {
    const { services } = server
    const expired = await services.stores.tokens.create('ann', ['push'], {
      now: services.now(),
      expires: '2020-01-01T00:00:00Z',
    })
    const response = await fetch(`${clone.remote}/info/refs?service=git-receive-pack`)
    assert.equal(response.status, 401)
    assert.match(response.headers.get('www-authenticate') ?? '', /^Basic realm="assay"/)
    for (const [token, reason] of [
      [undefined, /could not read Username/],
      ['wrong', /This token is not known here/],
      [expired, /This token has expired: make a new one with `assay token create USER`/],
      [await server.token('ann', ['events']), /This needs a token of scope push or admin; yours has events/],
      [
        await server.token('bob', ['push']),
        /bob does not maintain deb\/hello: an admin can change that with/,
      ],
    ] as const) {
      const { code, said } = await pushWith(token)
      assert.equal(code, 128)
      assert.match(said, reason)
    }
    assert.doesNotMatch((await clone.git('ls-remote', 'origin')).said, /stranger/)
    const { code, said } = await pushWith(await server.token('root', ['admin']))
    assert.equal(code, 0, said)
  })

  it('lets members of a group push that maintains the package, and admins everywhere', async () => {
    const { packages, groups } = server.services.stores
    await packages.addMaintainer((await packages.get({ namespace: 'deb', name: 'hello' })).id, '@greeters')
    for (const [group, user] of [
      ['greeters', 'gwen'],
      ['admins', 'ada'],
    ] as const) {
      const token = await server.token(user, ['push'])
      assert.match((await pushWith(token)).said, new RegExp(`${user} does not maintain deb/hello`))
      await groups.add(group, user)
      const { code, said } = await pushWith(token)
      assert.equal(code, 0, said)
    }
  })

  it('refuses names that lead elsewhere, and packages that nobody added', async () => {
    for (const path of [
      '/git/..%2f..%2fx.git',
      '/git/deb/..%2f..%2fx.git',
      '/git/deb/...git',
      '/git/.assay/hooks.git',
    ])
      assert.equal(
        await rawStatus(`${path}/info/refs?service=git-upload-pack`),
        path.startsWith('/git/..%2f') ? 404 : 400,
        path,
      )
    assert.equal(await rawStatus('/git/../../etc/passwd.git/info/refs?service=git-upload-pack'), 404)
    const { code, said } = await runGit(
      clone.path,
      clone.token,
      'push',
      `${server.url}/git/deb/nobody.git`,
      'HEAD:main',
    )
    assert.equal(code, 128)
    assert.match(
      said,
      /There is no package deb\/nobody here: an admin adds it with `assay package add deb\/nobody/,
    )
  })

  it('says what it is to those who are not git', async () => {
    for (const [path, init, status] of [
      ['info/refs', {}, 400],
      ['info/refs?service=git-upload-archive', {}, 400],
      ['git-upload-pack', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 400],
    ] as const) {
      const response = await fetch(`${clone.remote}/${path}`, init)
      assert.equal(response.status, status)
      assert.match(await response.text(), /Here is a git repository/)
    }
  })

  it('understands gzip, and no other encoding', async () => {
    const send = (encoding: string, body: Buffer) =>
      fetch(`${clone.remote}/git-upload-pack`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-git-upload-pack-request',
          'content-encoding': encoding,
          'git-protocol': 'version=2',
        },
        body: new Uint8Array(body),
      })
    const list = Buffer.from('0014command=ls-refs\n00010000')
    assert.match(await (await send('gzip', gzipSync(list))).text(), /refs\/heads\/main/)
    assert.equal((await send('br', list)).status, 415)
    const broken = await send('gzip', Buffer.from('no gzip')).then((response) => response.text(), String)
    assert.doesNotMatch(broken, /refs\/heads/)
  })

  it('tells who speaks no protocol of git that it is the request that is wrong', async () => {
    for (const body of ['zzzz', '0004', '0032want nothing that has an id\n00000009done\n']) {
      const answer = await fetch(`${clone.remote}/git-upload-pack`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-git-upload-pack-request' },
        body,
      })
      assert.equal(answer.status, 400, body)
      assert.match(await answer.text(), /no request of the protocol of git/)
    }
  })

  it('takes the call of a hook by the socket of this host only, whatever token it brings', async () => {
    for (const scope of ['push', 'admin'] as const) {
      const token = await server.token('root', [scope])
      const answer = await fetch(`${server.url}/hooks/v1/push`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ repository: 'deb/hello', updates: [] }),
      })
      await assertProblem(answer, 404, 'NOT_FOUND')
    }
  })
})
