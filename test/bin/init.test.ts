import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { assay, program } from '../support/assay.ts'
import { temporaryFolder } from '../support/folder.ts'
import { commitFiles, gitEnvironment } from '../support/git.ts'

const run = promisify(execFile)

describe('assay init', () => {
  it('writes a first check in each format, which a push would take', async () => {
    for (const [format, name] of [
      ['native', 'smoke'],
      ['dep8', 'smoke'],
      ['tmt', 'tmt.plans'],
    ] as const) {
      await using folder = await temporaryFolder()
      const { code, err } = await assay({}, 'init', folder.path, `--${format}`)
      assert.equal(code, 0, err)
      const linted = await assay({}, 'lint', folder.path, '--json')
      assert.equal(linted.code, 0, linted.err)
      const { checks, notes } = JSON.parse(linted.out) as { checks: { name: string }[]; notes: string[] }
      assert.deepEqual([checks.map((check) => check.name), notes], [[name], []])
    }
  })

  it('overwrites nothing, and takes one format at a time', async () => {
    await using folder = await temporaryFolder()
    await writeFile(join(folder.path, 'checks.yaml'), 'mine\n')
    const { code, err } = await assay({}, 'init', folder.path)
    assert.equal(code, 1)
    assert.match(err, /checks\.yaml is there already/)
    assert.equal(await readFile(join(folder.path, 'checks.yaml'), 'utf8'), 'mine\n')
    assert.equal((await assay({}, 'init', folder.path, '--tmt', '--dep8')).code, 2)
    assert.deepEqual(await readdir(folder.path), ['checks.yaml'])
  })

  it('has git refuse to push what the server would refuse', async () => {
    await using folder = await temporaryFolder()
    assert.match((await assay({}, 'init', folder.path, '--hook')).err, /is in no clone of git/)
    const work = join(folder.path, 'work')
    await commitFiles(work, { 'checks.yaml': 'checks:\n  a: { runs: x }\n' })
    assert.equal((await assay({}, 'init', work, '--hook')).code, 0)
    await run('git', ['init', '--quiet', '--bare', join(folder.path, 'remote.git')])
    const programs = join(folder.path, 'bin')
    await mkdir(programs)
    await writeFile(join(programs, 'assay'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
      mode: 0o755,
    })
    await symlink(process.execPath, join(programs, 'node'))
    const path = `${programs}:${process.env['PATH'] ?? ''}`
    const push = (): Promise<unknown> =>
      run('git', ['-C', work, 'push', join(folder.path, 'remote.git'), 'HEAD:main'], {
        env: { ...gitEnvironment(), PATH: path },
      })
    await assert.rejects(push(), { stderr: /checks\.yaml:2:\d+: .*"runs"/ })
    await writeFile(join(work, 'checks.yaml'), 'checks:\n  a: { run: x }\n')
    await push()
  })
})
