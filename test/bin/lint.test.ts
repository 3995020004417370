import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assay, type Ran } from '../support/assay.ts'
import { temporaryFolder } from '../support/folder.ts'

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url))
const lint = (...args: string[]): Promise<Ran> => assay({}, 'lint', ...args)

describe('assay lint', () => {
  it('says what a push would declare and what would be skipped, and ends with 0', async () => {
    const { code, out, err } = await lint(join(examples, 'dep8-checks'))
    assert.equal(code, 0, err)
    assert.match(out, /^greets +DEP-8 +debian\/tests\/greets$/m)
    assert.match(
      out,
      /^warning: check needs-tomorrow is skipped: nobody knows its restriction needs-tomorrow$/m,
    )
    const { out: json } = await lint(join(examples, 'hello-checks'), '--json')
    assert.ok((JSON.parse(json) as { checks: unknown[] }).checks.length > 3)
  })

  it('says what a push would be refused for, in its words, and ends with 2', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'debian/tests'), { recursive: true })
    await writeFile(join(folder.path, 'checks.yaml'), 'checks:\n  a: { runs: x }\n')
    await writeFile(join(folder.path, 'debian/tests/control'), 'Test: a\n')
    const { code, err } = await lint(folder.path)
    assert.equal(code, 2)
    assert.match(err, /checks\.yaml:2:\d+: .*"runs"[^]*\^\n {2}hint: write run/)
    assert.match(err, /debian\/tests\/control:1:1: a stanza has neither/)
    const { code: same, out } = await lint(folder.path, '--json')
    assert.equal(same, 2)
    assert.equal((JSON.parse(out) as { faults: unknown[] }).faults.length, 3)
  })

  it('colours on a terminal what git colours of a push, unless its user wants none', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'checks.yaml'), 'checks:\n  a: { runs: x }\n')
    const main = fileURLToPath(new URL('../../bin/main.js', import.meta.url))
    const inTerminal = (env: NodeJS.ProcessEnv): string => {
      const line = `'${process.execPath}' '${main}' lint '${folder.path}'`
      const own = { PATH: process.env['PATH'], TERM: 'xterm', ...env } // ours may say CI or NO_COLOR
      const { stdout } = spawnSync('script', ['-qec', line, '/dev/null'], { env: own, encoding: 'utf8' })
      return stdout.replaceAll('\u001b', 'ESC')
    }
    assert.match(inTerminal({}), /ESC\[1mESC\[31merrorESC[^]*\n {2}ESC\[33mhintESC/)
    assert.doesNotMatch(inTerminal({ NO_COLOR: '1' }), /ESC/)
  })

  it('reads playbooks, says why one is not run, and ends with 2 where there is nothing', async () => {
    await using folder = await temporaryFolder()
    const { code, err } = await lint(folder.path)
    assert.equal(code, 2)
    assert.match(err, /there is no checks\.yaml in/)
    await mkdir(join(folder.path, 'tests'))
    await writeFile(join(folder.path, 'tests/tests.yml'), '- hosts: all\n')
    assert.match(
      (await lint(folder.path)).out,
      /sti\.tests is skipped: a play of it has neither roles nor steps/,
    )
  })

  it('reads tmt, and says what of it is not run', async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, '.fmf'))
    await writeFile(join(folder.path, '.fmf/version'), '1\n')
    await writeFile(join(folder.path, 'plan.fmf'), 'discover: {how: fmf}\nexecute: {how: tmt}\n')
    await writeFile(join(folder.path, 'main.fmf'), '/a: {test: x}\n/b: {test: x, check: [avc]}\n')
    const { code, out } = await lint(folder.path)
    assert.equal(code, 0)
    assert.match(out, /^tmt\.plan +tmt +\/plan \(2 tests\)$/m)
    assert.match(out, /^warning: check tmt\.plan: test \/b: it is run without its checks \(avc\)$/m)
  })
})
