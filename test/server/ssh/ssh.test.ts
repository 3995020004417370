import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assay } from '../../support/assay.ts'
import { manifest, openClone, runGit, type Clone, type Said } from '../../support/clone.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'
import { startSshd, type Sshd } from '../../support/sshd.ts'

describe('git over ssh', () => {
  let server: TestServer
  let sshd: Sshd
  let clone: Clone
  /** Files of private keys. */
  const keys: Record<string, string> = {}

  before(async () => {
    server = await startTestServer()
    clone = await openClone(server)
    sshd = await startSshd(server.services.config.data)
    for (const user of ['ann', 'bob', 'stranger'])
      keys[user] = (await sshd.makeKey(user, '-t', 'ed25519')).file
    for (const user of ['ann', 'bob']) {
      const { code, err } = await command('key', 'add', user, `${keys[user]!}.pub`)
      assert.equal(code, 0, err)
    }
  })
  after(async () => {
    await sshd[Symbol.asyncDispose]()
    await clone[Symbol.asyncDispose]()
    await server.close()
  })

  const command = (...args: string[]) => assay({ ASSAY_DATA: server.services.config.data }, ...args)
  const gitAs = (user: string, folder: string, ...args: string[]): Promise<Said> =>
    runGit(folder, sshd.gitAs(keys[user]!), ...args)
  const address = (path = '/git/deb/hello.git'): string => `${sshd.url}${path}`
  const branches = async (): Promise<string> => (await clone.git('ls-remote', 'origin')).said
  const ssh = (user: string, ...args: string[]) => sshd.ssh(keys[user]!, ...args)

  it('pushes for a maintainer, who is judged and answered as over HTTP', async () => {
    await clone.commit({ 'checks.yaml': 'checks: {smoke: {rum: x}}' })
    const refused = await gitAs('ann', clone.path, 'push', address(), 'HEAD:main')
    assert.equal(refused.code, 1, refused.said)
    assert.match(refused.said, /unknown key "rum"/)
    const commit = await clone.commit({ 'checks.yaml': manifest(), noise: randomBytes(5 * 1024 ** 2) })
    const { code, said } = await gitAs('ann', clone.path, 'push', address(), 'HEAD:main')
    assert.equal(code, 0, said)
    assert.match(said, /main at [0-9a-f]{10}: 1 check, run by the next build/)
    const { stores } = server.services
    const { id } = await stores.packages.get({ namespace: 'deb', name: 'hello' })
    const [registered] = await stores.registrations.current(id)
    assert.deepEqual([registered?.commit, registered?.pushedBy], [commit, 'ann'])
  })

  it('clones for whoever is known, by every version of the protocol and every spelling of the path', async () => {
    const { code, said } = await gitAs('ann', clone.path, 'push', address('/deb/hello.git'), 'HEAD:main')
    assert.equal(code, 0, said)
    const url = new URL(sshd.url)
    const scp = `ssh://${url.username}@127.0.0.1:${url.port}/git/deb/hello.git/`
    for (const [version, from] of [
      ['0', address()],
      ['2', address('/deb/hello.git')],
      ['2', scp],
    ] as const) {
      await using folder = await temporaryFolder()
      const done = await gitAs('bob', folder.path, '-c', `protocol.version=${version}`, 'clone', from, 'c')
      assert.equal(done.code, 0, done.said)
      assert.equal(await readFile(join(folder.path, 'c/checks.yaml'), 'utf8'), manifest())
    }
  })

  it('refuses pushes of others, and keys that nobody added, in words', async () => {
    const bob = await gitAs('bob', clone.path, 'push', address(), 'HEAD:bobs')
    assert.equal(bob.code, 128)
    assert.match(bob.said, /assay: bob does not maintain deb\/hello: an admin can change that with/)
    const stranger = await gitAs('stranger', clone.path, 'push', address(), 'HEAD:strangers')
    assert.match(stranger.said, /Permission denied \(publickey\)/)
    assert.doesNotMatch(await branches(), /bobs|strangers/)
  })

  it('opens nothing but git: no shell, no other command, no other folder, no terminal, no forwarding', async () => {
    const { data } = server.services.config
    const proof = join(data, 'proof')
    const evil = [
      ['git-upload-pack', '/git/deb/hello.git', ';', 'touch', proof],
      [`git-upload-pack '$(touch ${proof})/x.git'`],
      [`git-receive-pack '${join(data, 'repos/deb/hello.git')}'`],
      [`git-receive-pack '/git/deb/${'x'.repeat(50_000)}.git'`],
    ]
    for (const args of evil) {
      const { code, said } = await ssh('ann', ...args)
      assert.equal(code, 1, `${args.join(' ').slice(0, 200)}: ${said}`)
      assert.match(said, /^assay: /)
    }
    await assert.rejects(access(proof))
    assert.match((await ssh('ann')).said, /there is no shell: only git clone, fetch and push/)
    assert.match(
      (await ssh('ann', `git-receive-pack '/git/deb/nobody.git'`)).said,
      /There is no package deb\/nobody here: an admin adds it/,
    )
    assert.match((await ssh('ann', '-tt', 'id')).said, /PTY allocation request failed/)
    assert.notEqual((await ssh('ann', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9', 'id')).code, 0)
    const sftp = await ssh('ann', '-s', 'sftp')
    assert.notEqual(sftp.code, 0)
  })

  it('ends with the key: removed, it opens nothing', async () => {
    const carl = await sshd.makeKey('carl', '-t', 'ecdsa')
    const added = await command('key', 'add', 'carl', `${carl.file}.pub`, '--json')
    const [{ id }] = JSON.parse(added.out) as [{ id: number }]
    assert.match((await sshd.ssh(carl.file, 'id')).said, /You are known here/)
    assert.match(
      (await command('key', 'list', 'carl')).out,
      new RegExp(`^${id} +carl +SHA256:\\S+ +carl@laptop$`, 'm'),
    )
    assert.equal((await command('key', 'rm', String(id))).code, 0)
    assert.match((await sshd.ssh(carl.file, 'id')).said, /Permission denied/)
    const late = await assay(
      { ASSAY_DATA: server.services.config.data, SSH_ORIGINAL_COMMAND: `git-upload-pack 'deb/hello.git'` },
      'ssh',
      'serve',
      String(id),
    )
    assert.match(late.err, /This key was removed here/)
  })

  it('takes keys that are public, whole and strong, each for one user, and says what is wrong with others', async () => {
    const file = join(server.services.config.data, 'key')
    const add = async (user: string, text: string) => {
      await writeFile(file, text)
      return command('key', 'add', user, file)
    }
    const rsa = await sshd.makeKey('rsa', '-t', 'rsa', '-b', '2048')
    const weak = await sshd.makeKey('weak', '-t', 'rsa', '-b', '1024')
    const dan = await sshd.makeKey('dan', '-t', 'ed25519')
    assert.equal((await add('dan', `# mine\n${rsa.line}\n\n${dan.line}\n`)).code, 0)
    assert.equal((await add('dan', dan.line)).code, 0, 'a key may be added twice')
    for (const [user, text, reason] of [
      ['eve', dan.line, /is another user's/],
      ['eve', weak.line, /no whole ssh-rsa key of at least 2048 bits/],
      ['eve', await readFile(dan.file, 'utf8'), /is a private key/],
      ['eve', `command="id" ${dan.line}`, /begins with none of ssh-ed25519/],
      ['eve', dan.line.slice(0, 50), /not base64|no whole ssh-ed25519 key/],
      ['eve', dan.line.replace('ssh-ed25519', 'ssh-rsa'), /no whole ssh-rsa key/],
      ['eve', '', /There is no key/],
      ['e v e', dan.line, /A user name has/],
    ] as const) {
      const { code, err } = await add(user, text)
      assert.equal(code, 1, text)
      assert.match(err, reason)
    }
  })

  it('keeps keys from those who are no admins', async () => {
    const token = await server.token('ann', ['push'])
    const headers = { authorization: `Bearer ${token}` }
    for (const [method, path] of [
      ['GET', '/api/v1/keys'],
      ['POST', '/api/v1/keys'],
      ['DELETE', '/api/v1/keys/1'],
    ] as const)
      assert.equal((await fetch(`${server.url}${path}`, { method, headers })).status, 403, path)
  })

  it('tells what sshd asks for to nobody who comes over the network, not even an admin', async () => {
    const headers = { authorization: `Bearer ${await server.token('root', ['admin'])}` }
    for (const path of ['keys?fingerprint=x', 'session?key=1&command=git-upload-pack%20deb/hello.git'])
      assert.equal((await fetch(`${server.url}/hooks/v1/ssh/${path}`, { headers })).status, 404, path)
  })
})
