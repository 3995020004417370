import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  checkScript,
  debsToInstall,
  needsPreparation,
  prepareScript,
} from '../../../runner/guest/job-scripts.ts'
import { quote } from '../../../runner/guest/shell.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { sampleJob } from '../../support/job.ts'

const run = promisify(execFile)
const named = (...names: string[]) =>
  names.map((name) => ({ name, url: `http://build.example/${name}`, sha256: '0'.repeat(64) }))

describe('the scripts of a job', () => {
  it('quote words so that the shell takes them as they are', async () => {
    const hostile = ["it's", '$(touch /tmp/x)', '`id`', '"; rm -rf /', 'a\nb', '\\', '*', '', "''"]
    for (const text of hostile) {
      const { stdout } = await run('/bin/sh', ['-c', `printf %s ${quote(text)}`])
      assert.equal(stdout, text)
    }
  })

  it('tell the check what it is about, and run its command as it stands', async () => {
    const check = { run: `printf '%s|' "$ASSAY_PACKAGE" "$ASSAY_VERSION" "it's"; exit 3` }
    const build = { version: "1' $(id)" }
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'check')
    await writeFile(file, checkScript(sampleJob({ check, build })).replace(/^cd .*$/m, ''))
    const ended = await run('/bin/sh', [file]).catch((error: unknown) => error)
    assert.deepEqual(
      [(ended as { code: number }).code, (ended as { stdout: string }).stdout],
      [3, "deb/hello|1' $(id)|it's|"],
    )
  })

  it('show the way to the mirror where the check may go there, and nowhere else', () => {
    assert.doesNotMatch(checkScript(sampleJob()), /http_proxy/)
    assert.match(
      checkScript(sampleJob({ check: { network: 'mirror' } })),
      /http_proxy='http:\/\/10\.0\.2\.2:3128'/,
    )
    assert.doesNotMatch(checkScript(sampleJob({ check: { network: 'internet' } })), /http_proxy/)
  })

  it('unpack the source package where the repository holds only the tests of it', () => {
    const dep8 = {
      kind: 'file',
      user: 'root',
      allowStderr: false,
      depends: '@builddeps@, curl',
      source: true,
    } as const
    const job = sampleJob({ check: { dep8 } })
    const source = { dsc: 'hello_1.dsc', builtWith: 'build-essential, debhelper (>= 13), x [s390x]' }
    assert.equal(needsPreparation(job, { answer: null, source }), true)
    const lines = prepareScript(job, { answer: null, source }).trim().split('\n').slice(-2)
    assert.deepEqual(lines, [
      "/bin/sh /run/assay/in/job/install-depends 'build-essential, debhelper (>= 13), curl, dpkg-dev' || exit",
      "exec /bin/sh /run/assay/in/job/unpack-source '/run/assay/in/source/hello_1.dsc'",
    ])
    const built = sampleJob({ check: { dep8: { ...dep8, build: true } } })
    const [unpack, build] = prepareScript(built, { answer: null, source }).trim().split('\n').slice(-2)
    assert.match(unpack ?? '', /unpack-source '.*' \|\| exit$/)
    assert.equal(build, 'exec /bin/sh /run/assay/in/job/build-tree')
  })

  it('install the packages of the architecture and nothing that is for debuggers or installers', () => {
    const artifacts = named(
      'hello_2.10-3_amd64.deb',
      'hello-doc_2.10-3_all.deb',
      'hello_2.10-3_arm64.deb',
      'hello-dbgsym_2.10-3_amd64.deb',
      'hello_2.10-3_amd64.udeb',
      'hello_2.10-3.dsc',
    )
    const job = sampleJob({ build: { artifacts } })
    assert.deepEqual(debsToInstall(job), ['hello_2.10-3_amd64.deb', 'hello-doc_2.10-3_all.deb'])
    assert.deepEqual(debsToInstall({ ...job, arch: 'aarch64' }), [
      'hello-doc_2.10-3_all.deb',
      'hello_2.10-3_arm64.deb',
    ])
    assert.match(prepareScript(job), /install-packages '2' '.*amd64\.deb' '.*all\.deb'\n/)
  })

  it('prepare nothing when nothing is to be installed', () => {
    const artifacts = named('hello_2.10-3_amd64.deb')
    assert.equal(needsPreparation(sampleJob({ build: { artifacts } })), true)
    assert.equal(needsPreparation(sampleJob({ build: { artifacts }, check: { install: false } })), false)
    assert.equal(needsPreparation(sampleJob({ build: { artifacts: named('hello.dsc') } })), false)
    assert.equal(needsPreparation(sampleJob({ check: { packages: ['curl'] } })), true)
  })
})
