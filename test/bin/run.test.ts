import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assay, startAssay, type Ran } from '../support/assay.ts'
import { buildDeb } from '../support/deb.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { homeData } from '../support/home.ts'
import { until } from '../support/until.ts'

const manifest = `checks:
  greets:
    run: ./greets.sh
    memory: 256M
  complains:
    run: assay-result tone failed --note 'too polite'; echo polite >"$ASSAY_ARTIFACTS/tone.txt"
    memory: 256M
  elsewhere:
    run: 'true'
    arch: [aarch64]
  cannot:
    run: 'true'
    image: no-such-image
  endless:
    run: echo begun; sleep 600
    memory: 256M
`

describe('assay run', function () {
  this.timeout(120_000)
  let folder: TemporaryFolder
  let checks: string
  let deb: string
  let settings: Record<string, string>

  before(async () => {
    folder = await temporaryFolder()
    checks = join(folder.path, 'greet-checks')
    await mkdir(join(checks, '.git'), { recursive: true })
    settings = await homeData(folder.path)
    await writeFile(join(checks, 'checks.yaml'), manifest)
    const script = '#!/bin/sh\necho "$ASSAY_PACKAGE $ASSAY_VERSION"; ls -A; greet | grep -qx hello\n'
    await writeFile(join(checks, 'greets.sh'), script, { mode: 0o755 })
    const files = { 'usr/bin/greet': '#!/bin/sh\necho hello\n' }
    deb = await buildDeb(folder.path, { name: 'greet', version: '1.2', files })
  })
  after(() => folder[Symbol.asyncDispose]())

  const run = (...args: string[]): Promise<Ran> => assay(settings, 'run', checks, ...args)

  it('runs a check in a fresh machine with what was built, and ends with 0 when it passes', async () => {
    const { code, out, err } = await run('--check', 'greets', '--artifact', deb)
    assert.equal(code, 0, err + out)
    assert.match(out, /deb\/greet 1\.2\nchecks\.yaml\ngreets\.sh\n/)
    assert.match(out, /^greets +passed/m)
  })

  it('ends with 1 when a check failed, says why, and keeps what it left', async () => {
    const output = join(folder.path, 'left')
    const { code, out, err } = await run('--check', 'complains', '--output', output)
    assert.equal(code, 1, err)
    assert.match(out, /^complains +failed \(result\) +tone: too polite$/m)
    assert.equal(await readFile(join(output, 'complains', 'tone.txt'), 'utf8'), 'polite\n')
  })

  it('tells programs in JSON, with the log apart', async () => {
    const names = ['complains', 'elsewhere'].flatMap((name) => ['--check', name])
    const { code, out, err } = await run(...names, '--json', '--output', join(folder.path, 'left'))
    assert.equal(code, 1, err)
    const verdicts = (JSON.parse(out) as { check: string; outcome: string }[]).map((one) => [
      one.check,
      one.outcome,
    ])
    assert.deepEqual(verdicts, [
      ['complains', 'failed'],
      ['elsewhere', 'skipped'],
    ])
    assert.match(err, /== running complains/)
  })

  it('ends with 3 when the machine cannot be had', async () => {
    const { code, out } = await run('--check', 'cannot')
    assert.equal(code, 3)
    assert.match(out, /^cannot +errored \(image_unavailable\) +There is no image no-such-image/m)
  })

  it('ends with 2 when it was used wrongly, or when checks.yaml is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [[checks, '--check', 'nope'], /there is no check nope: there are greets, complains/],
      [[checks, '--artifact', '/no/such.deb'], /there is no file \/no\/such\.deb/],
      [[folder.path], /there is no checks\.yaml in/],
      [[checks, '--package', '../x'], /not a package's name/],
      [[checks, 'more'], /too many arguments/],
    ]
    for (const [args, words] of wrong) {
      const { code, err } = await assay(settings, 'run', ...args)
      assert.match(err, words)
      assert.equal(code, 2, args.join(' '))
    }
    const bad = join(folder.path, 'bad')
    await mkdir(bad)
    await writeFile(join(bad, 'checks.yaml'), 'checks:\n  a: { runs: x }\n')
    const { code, err } = await assay(settings, 'run', bad)
    assert.equal(code, 2)
    assert.match(err, /checks\.yaml:2:\d+: .*"runs"/)
  })

  it('leaves nothing behind when it is interrupted', async () => {
    const service = startAssay(settings, 'run', checks, '--check', 'endless')
    await until('the check to run', () => service.said().includes('\nbegun'))
    service.child.kill('SIGINT')
    assert.equal(await service.end(), 3)
    const runner = join(folder.path, 'data', 'runner')
    assert.deepEqual(await readdir(join(runner, 'attempts')), [])
    assert.deepEqual(await readdir(join(runner, 'machines')), [])
    assert.equal(existsSync(join(checks, 'assay-results')), false)
  })
})
