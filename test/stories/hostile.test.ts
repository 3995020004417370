import assert from 'node:assert/strict'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compareWithExpected, type Ended } from '../../bin/demo/judge.ts'
import { verdictWords } from '../../bin/views.ts'
import { assay, startAssay, type Service } from '../support/assay.ts'
import { commandLines } from '../support/command-lines.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { commitFiles, push } from '../support/git.ts'
import { homeData } from '../support/home.ts'
import { until } from '../support/until.ts'

const example = fileURLToPath(new URL('../../../examples/hostile-checks/', import.meta.url))
const ordinary = `checks:
  goes-on:
    memory: 256M
    run: test ! -e /mine && touch /mine && test "$(date +%Y)" -gt 2000
`

/** Milliseconds between builds of the ordinary package: it is there all the time, and leaves the others a processor. */
const pause = 8_000

describe('checks that attack their machine and its host', function () {
  this.timeout(900_000)
  let folder: TemporaryFolder
  let service: Service
  let settings: Record<string, string>
  const run = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await assay(settings, ...args)
    assert.equal(code, 0, err)
    return out.trim()
  }
  /** Announces a build and waits for its checks, however they end. */
  const build = async (name: string, version: string): Promise<Ended[]> => {
    const facts = ['--package', name, '--release', 'bookworm', '--version', version]
    const { out, err } = await assay(settings, 'event', 'send', ...facts, '--wait', '--json')
    assert.notEqual(out, '', err)
    const { executions } = JSON.parse(out) as { executions: { url: string }[] }
    return Promise.all(
      executions.map(async ({ url }) => {
        const answer = await fetch(url, { headers: { accept: 'application/json' } })
        return (await answer.json()) as Ended
      }),
    )
  }

  before(async () => {
    folder = await temporaryFolder()
    settings = { ...(await homeData(folder.path)), ASSAY_RUNNERS: '2', ASSAY_POOL: '1' }
    service = startAssay(settings, 'up')
    const url = await until('assay up to serve', () => /^Assay is at (\S+)$/m.exec(service.said())?.[1])
    for (const name of ['hostile', 'ordinary'])
      await run('package', 'add', `deb/${name}`, '--maintainer', 'ann')
    const token = await run('token', 'create', 'ann')
    await cp(example, join(folder.path, 'hostile'), { recursive: true })
    const manifest = await readFile(join(example, 'checks.yaml'), 'utf8')
    // Still more than is kept, but made and counted sooner.
    const crowd = await readFile(join(example, 'leaves-a-crowd.sh'), 'utf8')
    // In machines of the size whose templates are there, with a disk that is filled and a time that is over sooner.
    const small = manifest
      .replaceAll(/^ {4}run:/gm, '    memory: 256M\n    run:')
      .replace('disk: 1G', 'disk: 256M')
      .replaceAll('timeout: 15s', 'timeout: 8s')
    await commitFiles(join(folder.path, 'hostile'), {
      'checks.yaml': small,
      'leaves-a-crowd.sh': crowd.replace('1 .. 110', '1 .. 15'),
    })
    await commitFiles(join(folder.path, 'ordinary'), { 'checks.yaml': ordinary })
    for (const name of ['hostile', 'ordinary'])
      await push(join(folder.path, name), `${url}/git/deb/${name}.git`, token)
    await build('deb/ordinary', 'first')
  })
  after(async () => {
    await service.end()
    await folder[Symbol.asyncDispose]()
  })

  it('end as they deserve, notice nothing of each other, and give everything back', async () => {
    const data = join(folder.path, 'data')
    const attempts = join(data, 'runner', 'attempts')
    const attack = { over: false }
    const ended = build('deb/hostile', '1').finally(() => (attack.over = true))
    const neighbours: Ended[] = []
    for (let number = 0; !attack.over; number++) {
      neighbours.push(...(await build('deb/ordinary', `meanwhile${number}`)))
      await sleep(pause)
    }
    const judged = await compareWithExpected('hostile-checks', await ended)
    const unexpected = judged.filter(({ wrong }) => wrong !== null)
    assert.deepEqual(
      unexpected.map(({ check, found, wrong }) => ({ check, found: found && verdictWords(found), wrong })),
      [],
    )
    assert.ok(neighbours.length > 0)
    assert.deepEqual(
      neighbours.filter(({ outcome }) => outcome !== 'passed'),
      [],
    )
    // Clones of other shapes of machine may wait now: what is left is counted once all has ended.
    await until('every attempt to be over', async () => (await readdir(attempts)).length === 0)
    assert.equal(await service.end(), 0, service.said())
    assert.deepEqual(await readdir(join(data, 'runner', 'machines')), [])
    assert.deepEqual(
      (await commandLines()).filter((line) => line.includes(folder.path)),
      [],
    )
  })
})
