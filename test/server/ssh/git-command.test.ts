import assert from 'node:assert/strict'
import { AppError } from '../../../core/errors.ts'
import { parseGitCommand } from '../../../server/ssh/git-command.ts'

describe('the command that an ssh client asks for', () => {
  it('is understood as git clients write it', () => {
    const name = { namespace: 'deb', name: 'hello' }
    for (const path of ['deb/hello.git', '/deb/hello.git', '/git/deb/hello.git', 'git/deb/hello.git/'])
      for (const said of [`git-upload-pack '${path}'`, `git upload-pack ${path}`])
        assert.deepEqual(parseGitCommand(said), { service: 'git-upload-pack', name })
    assert.deepEqual(parseGitCommand(`git-receive-pack '/git/git/a+b.git'`), {
      service: 'git-receive-pack',
      name: { namespace: 'git', name: 'a+b' },
    })
  })

  it('is nothing else, whatever a shell would make of it', () => {
    const hello = `'/git/deb/hello.git'`
    for (const said of [
      '',
      'id',
      'git-shell',
      `git-upload-archive ${hello}`,
      `git-upload-pack ${hello}; id`,
      `git-upload-pack ${hello} ${hello}`,
      `git-upload-pack --exec=id ${hello}`,
      `git-upload-pack --strict`,
      `git-upload-pack ${hello}\nid`,
      ` git-upload-pack ${hello}`,
      `git-upload-pack '$(id)/x.git'`,
      'git-upload-pack `id`',
      `git-upload-pack '/git/deb/hello'`,
      `git-upload-pack '/git/deb/hello.git'\\''`,
      `git-receive-pack '../../etc/passwd.git'`,
      `git-receive-pack '/git/deb/../../x.git'`,
      `git-receive-pack '/git/../x.git'`,
      `git-receive-pack '/git/.assay/hooks.git'`,
      `git-receive-pack '/var/lib/assay/repos/deb/hello.git'`,
      `git-receive-pack '~/deb/hello.git'`,
      `git-receive-pack 'deb/-x.git'`,
      `git-receive-pack 'deb/hello\0.git'`,
    ])
      assert.throws(
        () => parseGitCommand(said),
        (error) => error instanceof AppError && ['NOT_GIT', 'BAD_PACKAGE_NAME'].includes(error.code),
        said,
      )
  })
})
