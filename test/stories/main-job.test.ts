import assert from 'node:assert/strict'
import { join } from 'node:path'
import { assay, startAssay, type Service } from '../support/assay.ts'
import { buildDeb } from '../support/deb.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { homeData } from '../support/home.ts'
import { until } from '../support/until.ts'

const manifest = `checks:
  greets:
    summary: the installed program greets
    run: ./greets.sh
    memory: 256M
  complains:
    memory: 256M
    run: |
      assay-result tone failed --note 'too polite' --artifact tone.txt
      echo polite > "$ASSAY_ARTIFACTS/tone.txt"
  wrecks:
    run: dd if=/dev/zero of=/dev/vda bs=1M count=8; echo c > /proc/sysrq-trigger
    memory: 256M
  unharmed:
    run: test -x /usr/bin/greet && touch /usr/bin/mine
    memory: 256M
`

interface Execution {
  id: string
  check: string
  outcome: string | null
  reason: string | null
  artifacts: { path: string; url: string }[]
  results: { testcase: string; outcome: string; note: string | null }[]
}

describe('the main job, end to end', function () {
  this.timeout(300_000)
  let folder: TemporaryFolder
  let service: Service
  let url: string
  let settings: Record<string, string>
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await assay(settings, ...args)
    assert.equal(code, 0, err)
    return out
  }
  const executions = new Map<string, Execution>()

  before(async () => {
    folder = await temporaryFolder()
    settings = await homeData(folder.path)
    service = startAssay(settings, 'up')
    url = await until('assay up to serve', () => /^Assay is at (\S+)$/m.exec(service.said())?.[1])
  })
  after(async () => {
    await service.end()
    await folder[Symbol.asyncDispose]()
  })

  it('takes a push from a maintainer and answers what it registered', async () => {
    await run('package', 'add', 'deb/greet', '--maintainer', 'ann')
    const token = (await run('token', 'create', 'ann')).trim()
    const work = join(folder.path, 'checks')
    await commitFiles(work, { 'checks.yaml': manifest, 'greets.sh': '#!/bin/sh\ngreet | grep -qx hello\n' })
    const said = await push(work, `${url}/git/deb/greet.git`, token)
    for (const name of ['greets', 'complains', 'wrecks', 'unharmed', '/packages/deb/greet'])
      assert.ok(said.includes(name), said)
  })

  it('runs every check of a build in a machine of its own, to the outcome that it deserves', async () => {
    const deb = await buildDeb(folder.path, {
      name: 'greet',
      version: '1.0',
      files: { 'usr/bin/greet': '#!/bin/sh\necho hello\n' },
    })
    const build = ['--package', 'deb/greet', '--release', 'bookworm', '--version', '1.0', '--artifact', deb]
    const sent = await assay(settings, 'event', 'send', ...build, '--wait', '--json')
    assert.equal(sent.code, 1, sent.err)
    for (const { id, check } of (JSON.parse(sent.out) as { executions: Execution[] }).executions) {
      const response = await fetch(`${url}/api/v1/executions/${id}`)
      executions.set(check, (await response.json()) as Execution)
    }
    const verdicts = [...executions.values()].map(({ check, outcome, reason }) => [check, outcome, reason])
    assert.deepEqual(verdicts.sort(), [
      ['complains', 'failed', 'result'],
      ['greets', 'passed', null],
      ['unharmed', 'passed', null],
      ['wrecks', 'failed', 'guest_panic'],
    ])
  })

  it('keeps results, artifacts and log under the one UUID', async () => {
    const { id, artifacts, results } = executions.get('complains')!
    assert.deepEqual(
      results.map(({ testcase, outcome, note }) => [testcase, outcome, note]),
      [
        ['deb.greet.complains', 'failed', 'tone: too polite'],
        ['deb.greet.complains.tone', 'failed', 'too polite'],
      ],
    )
    assert.deepEqual(
      artifacts.map(({ path }) => path),
      ['tone.txt'],
    )
    assert.equal(await (await fetch(artifacts[0]!.url)).text(), 'polite\n')
    assert.match(await run('logs', id), /greet/)
  })

  it('shows it all on the page of the package', async () => {
    const page = await (await fetch(`${url}/packages/deb/greet`, { headers: { accept: 'text/html' } })).text()
    for (const { id } of executions.values()) assert.ok(page.includes(`/executions/${id}`))
    assert.match(page, /too polite/)
  })

  it('leaves nothing running when it is told to end', async () => {
    assert.equal(await service.end(), 0, service.said())
  })
})
