import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assay, startOnTerminal, type Ran } from '../support/assay.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fillMessages } from '../support/messages.ts'
import { passed, testRunner } from '../support/runner.ts'
import { startTestServer, type TestServer } from '../support/server.ts'
import { addHello, oneExecution } from '../support/site.ts'
import { until } from '../support/until.ts'

interface Listed {
  id: string
  state: string
  outcome: string | null
}

describe('the command line', () => {
  let server: TestServer
  before(async () => {
    server = await startTestServer()
    await addHello(server.services)
  })
  after(() => server.close())

  const run = (...args: string[]): Promise<Ran> => assay({ ASSAY_DATA: server.services.config.data }, ...args)
  const json = async <T>(...args: string[]): Promise<T> => {
    const { code, out, err } = await run(...args, '--json')
    assert.equal(code, 0, err)
    return JSON.parse(out) as T
  }
  const send = ['event', 'send', '--package', 'deb/hello', '--release', 'bookworm', '--version', '2.10-3']

  it('adds packages and maintainers, lists and removes them', async () => {
    assert.equal(
      (await run('package', 'add', 'deb/bash', '--maintainer', 'ann', '--maintainer', 'bob')).code,
      0,
    )
    const { out } = await run('package', 'list')
    assert.match(out, /^deb\/bash +ann, bob$/m)
    assert.equal((await run('package', 'rm', 'deb/bash')).code, 0)
    assert.doesNotMatch((await run('package', 'list')).out, /bash/)
  })

  it("takes over a distribution's list of who maintains what", async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'owners.json')
    await writeFile(file, '{"rpms": {"bash": ["ann", "@shells"]}}')
    const dry = await run('package', 'import', file, '--dry-run')
    assert.deepEqual([dry.out, dry.code], ['new rpms/bash +ann +@shells\n', 0], dry.err)
    assert.match(dry.err, /1 package would change/)
    assert.match((await run('package', 'import', file)).err, /1 package changed/)
    assert.match((await run('package', 'list')).out, /^rpms\/bash +@shells, ann$/m)
    await writeFile(file, '{"rpms": {"bash": "ann"}}')
    assert.match((await run('package', 'import', file)).err, /rpms\.bash/)
    await writeFile(file, 'rpms:')
    assert.match((await run('package', 'import', file)).err, /is not JSON/)
    assert.equal((await run('package', 'import', '/nowhere')).code, 2)
  })

  it('changes who maintains a package and what they may, and who is in a group', async () => {
    assert.match((await run('group', 'add', 'perl', 'ann', 'bob')).out, /^perl: ann, bob$/m)
    await run('package', 'add', 'deb/moo', '--maintainer', 'ann')
    const changed = await json<Record<string, unknown>>(
      ...['package', 'change', 'deb/moo', '--maintainer', '@perl', '--remove-maintainer', 'ann'],
      ...['--force-push', 'yes'],
    )
    assert.deepEqual(
      [changed['maintainers'], changed['forcePush'], changed['deleteBranches']],
      [['@perl'], true, false],
    )
    assert.match((await run('group', 'rm', 'perl', 'bob')).out, /^perl: ann$/m)
    assert.match((await run('group', 'list')).out, /^perl +ann$/m)
    assert.equal((await run('package', 'change', 'deb/moo', '--force-push', 'maybe')).code, 2)
    assert.equal((await run('group', 'add', 'Not A Group', 'ann')).code, 1)
  })

  it('says where a person is reached and what the person is told', async () => {
    const mail = await run('person', 'mail', 'ann', 'ann@example.org')
    assert.equal(mail.out, 'ann: ann@example.org\n  all own packages: changes\n', mail.err)
    const followed = await run('person', 'follow', 'ann', 'deb/hello', 'failures')
    assert.match(followed.out, /^ {2}deb\/hello: failures$/m)
    assert.equal((await run('person', 'follow', 'ann', 'deb/hello', 'everything')).code, 2)
    assert.match((await run('person', 'mail', 'ann', 'none')).out, /^ann: no address/)
  })

  it('prints a token once, alone on standard output, and ends it', async () => {
    const { code, out, err } = await run('token', 'create', 'eve', '--scope', 'events', '--expires', '90d')
    assert.equal(code, 0, err)
    assert.match(out, /^assay_[0-9a-f]{40}\n$/)
    const remote = { ASSAY_SERVER: server.url, ASSAY_TOKEN: out.trim() }
    assert.equal((await assay(remote, ...send)).code, 0)
    const refused = await assay(remote, 'package', 'add', 'deb/x')
    assert.equal(refused.code, 1)
    assert.match(refused.err, /scope admin/)
    assert.match((await run('token', 'revoke', 'eve')).out, /1 of eve/)
    assert.match((await assay(remote, ...send)).err, /not known/)
  })

  it('announces a build with files of this host, which it uploads', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'hello_2.10-3_amd64.deb')
    await writeFile(file, 'not really')
    const { build, executions } = await json<{
      build: { artifacts: { url: string }[] }
      executions: Listed[]
    }>(...send, '--artifact', file)
    assert.equal(executions.length, 1)
    assert.equal(await (await fetch(build.artifacts[0]!.url)).text(), 'not really')
    const missing = await run(...send, '--artifact', join(folder.path, 'none.deb'))
    assert.equal(missing.code, 1)
    assert.match(missing.err, /none\.deb cannot be had: there is no such file/)
  })

  it('lists what listeners heard, and shows what they could not understand', async () => {
    const id = await fillMessages(server.services)
    assert.match((await run('listener', 'list')).out, /^fedora +bus +0 +0 +otherTopic 12345, scratch 1 +2 /m)
    assert.match(
      (await run('listener', 'set-aside')).out,
      /^\d+ +fedora +org\.example\.a +8 .*It is not JSON/m,
    )
    const message = await json<{ id: number; body: null }>('listener', 'set-aside', String(id))
    assert.deepEqual([message.id, message.body], [id, null])
    assert.equal((await run('listener', 'forget')).code, 2)
  })

  it('lists events, and takes one or a message that was set aside once more', async () => {
    assert.equal((await run(...send, '--id', 'told-twice')).code, 0)
    const [event] = await json<{ id: number; event: string }[]>('event', 'list')
    assert.equal(event?.event, 'told-twice')
    assert.match((await run('event', 'replay', String(event.id))).out, /^Every check .* has run or will\.$/m)
    assert.match((await run('event', 'replay', '99999')).err, /no event/)
    const aside = await run('event', 'replay', '--set-aside', String(await fillMessages(server.services)))
    assert.deepEqual([aside.code, /no bus fedora/.test(aside.err)], [1, true])
  })

  it('announces the same build once, however often it is told to with one id', async () => {
    const first = await json<{ executions: Listed[] }>(...send, '--id', 'build-7')
    const second = await json<{ executions: Listed[] }>(...send, '--id', 'build-7')
    assert.deepEqual(
      second.executions.map(({ id }) => id),
      first.executions.map(({ id }) => id),
    )
  })

  it('waits for the checks of a build and ends as they did', async () => {
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    const waiting = run(...send, '--id', 'waited-for', '--wait')
    const { executions } = await json<{ executions: Listed[] }>(...send, '--id', 'waited-for')
    const job = await runner.take(executions[0]!.id)
    await runner.report(job, { ...passed, ending: { phase: 'check', how: 'exited', exitCode: 1 } })
    const { code, out } = await waiting
    assert.equal(code, 1)
    assert.match(out, /smoke +x86_64 +failed \(exit_code\)/)
  })

  it('shows what a check does to a terminal instead of doing it, and hands it on as it is elsewhere', async () => {
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    const id = await oneExecution(server.services)
    const job = await runner.take(id)
    const log = '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[6n\n'
    await runner.tell(job, 'log?offset=0', { body: Buffer.from(log) })
    await runner.report(job, passed)
    assert.equal((await run('logs', id)).out, log)
    await using person = startOnTerminal(
      { ASSAY_DATA: server.services.config.data },
      `$ASSAY logs ${id}; echo code $?`,
    )
    await until('the end', () => person.said().includes('code 0'))
    assert.ok(person.said().includes('\u001b[31mred\u001b[0m ␛]0;title␇ ␛[6n'), person.said())
  })

  it('lists executions, shows logs, runs them again and cancels them', async () => {
    const runner = testRunner(server.url, await server.token('r', ['runner']))
    const id = await oneExecution(server.services)
    const job = await runner.take(id)
    await runner.tell(job, 'log?offset=0', { body: Buffer.from('all is well\n') })
    await runner.report(job, passed)
    assert.equal((await run('logs', id)).out, 'all is well\n')
    const followed = await run('logs', '-f', id)
    assert.deepEqual([followed.code, followed.out], [0, 'all is well\n'])
    const again = await json<Listed>('rerun', id)
    assert.equal(again.state, 'scheduled')
    const cancelled = await json<Listed>('cancel', again.id)
    assert.equal(cancelled.outcome, 'cancelled')
    assert.equal((await run('cancel', id)).code, 1)
    const listed = await json<Listed[]>('executions', '--package', 'deb/hello', '--outcome', 'cancelled')
    assert.deepEqual(
      listed.map((one) => one.id),
      [again.id],
    )
  })

  it('tells how the service is', async () => {
    const { code, out } = await run('status')
    assert.equal(code, 0, out)
    assert.match(out, /works\n\d+ running, \d+ waiting, \d+ runners/)
  })

  it('ends with 2 and the usage where it was used wrongly', async () => {
    const wrong = [
      ['constructor'],
      ['group', 'constructor'],
      ['upstream'],
      [],
      ['nonsense'],
      ['package'],
      ['package', 'add'],
      ['token', 'create', 'x', '--expires', 'soon'],
      ['event', 'send'],
      ['executions', '--colour', 'red'],
      ['logs'],
      ['logs', 'one', 'two'],
    ]
    for (const args of wrong) assert.equal((await run(...args)).code, 2, args.join(' '))
    assert.match((await run('logs')).err, /usage: assay logs/)
  })

  it('says what to do when no server answers, and ends with 3', async () => {
    const { code, err } = await assay({ ASSAY_DATA: '/nonexistent/assay' }, 'status')
    assert.equal(code, 3)
    assert.match(err, /`assay up`/)
  })

  it('refuses settings that it does not know', async () => {
    const { code, err } = await assay({ ASSAY_DATE: 'x' }, 'status')
    assert.equal(code, 2)
    assert.match(err, /ASSAY_DATE/)
  })
})
