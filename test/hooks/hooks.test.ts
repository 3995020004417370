import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { runGit } from '../support/clone.ts'

const hook = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const preReceive = [process.execPath, hook('../../hooks/pre-receive.js')] as const
const postReceive = ['sh', hook('../../../hooks/post-receive')] as const

describe('a hook on its own', () => {
  let folder: TemporaryFolder
  before(async () => {
    folder = await temporaryFolder()
    await runGit(folder.path, undefined, 'init', '--quiet', '--bare', '.')
  })
  after(() => folder[Symbol.asyncDispose]())

  const run = async (
    [program, path]: readonly [string, string],
    input: string,
    env: NodeJS.ProcessEnv,
  ): Promise<{ code: number | null; said: string }> => {
    const child = spawn(program, [path], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], GIT_DIR: '.', ...env },
    })
    child.stdin.on('error', () => undefined).end(input)
    const said = await text(child.stderr)
    return { code: child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))), said }
  }
  const zeros = '0'.repeat(40)
  const line = `${zeros} ${'a'.repeat(40)} refs/heads/main\n`

  it('refuses what it cannot judge: no repository, no such commit, too many updates', async () => {
    const known = { ASSAY_REPOSITORY: 'deb/hello' }
    for (const [input, env, reason] of [
      [line, {}, /Assay cannot judge this push: "" is not a package's name/],
      [line, known, /refs\/heads\/main leads to an object that is not there/],
      [line, { ...known, GIT_DIR: 'none' }, /Assay cannot judge this push: git cat-file ended with 128/],
      [line.repeat(10_001), known, /10001 branches and tags in one push: push at most 10000/],
    ] as const) {
      const { code, said } = await run(preReceive, input, env)
      assert.equal(code, 7)
      assert.match(said, reason)
    }
  })

  it('lets deletions pass without a look where they are allowed', async () => {
    const { code, said } = await run(preReceive, `${'a'.repeat(40)} ${zeros} refs/heads/main\n`, {
      ASSAY_REPOSITORY: 'deb/hello',
      ASSAY_ALLOWED: 'deletion',
    })
    assert.deepEqual([code, said], [0, ''])
  })

  it('says that a push is in when the server cannot be told, and never fails it', async () => {
    const env = { ASSAY_REPOSITORY: 'deb/hello', ASSAY_SOCKET: `${folder.path}/none.sock` }
    const { code, said } = await run(postReceive, line, env)
    assert.equal(code, 0)
    assert.match(said, /Your push is in\. It is not registered yet: that happens by itself within seconds\./)
  })
})
