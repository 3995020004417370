/** What a machine is handed, of jobs whose tests want the source package of the build. */
import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { handOver } from '../../../runner/guest/hand-over.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { sampleJob, type JobChanges } from '../../support/job.ts'

const never = new AbortController().signal
const dep8 = {
  kind: 'file',
  user: 'root',
  allowStderr: false,
  depends: '@, @builddeps@',
  source: true,
} as const
const playbook = 'tests/tests.yml'
const sti: JobChanges = { check: { sti: { playbook } } }
const dsc = `Source: hello\nBuild-Depends: debhelper\nChecksums-Sha256:\n ${'0'.repeat(64)} 3 hello_1.tar.xz\n`
const withSources = (rest = ''): string => `
- hosts: localhost
  tags: [classic]
  roles:
  - {role: standard-test-source${rest}}
  - role: standard-test-basic
    tests: [source/checks, {quick: {run: make check}}]
`

describe('what a machine is handed', () => {
  let folder: TemporaryFolder

  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  const handed = (
    job: JobChanges,
    files: { tree?: Record<string, string>; build?: Record<string, string> },
  ) => {
    const fill =
      (content: Record<string, string> = {}) =>
      async (into: string): Promise<void> => {
        for (const [path, text] of Object.entries(content)) {
          await mkdir(dirname(join(into, path)), { recursive: true })
          await writeFile(join(into, path), text)
        }
      }
    const beside = (_: string, { path }: { path: string }, into: string): Promise<void> =>
      writeFile(join(into, path), 'all')
    const sources = { tree: fill(files.tree), artifacts: fill(files.build), beside }
    return handOver(sampleJob(job), sources, folder.path, never)
  }
  const handedFile = (path: string): Promise<string> => readFile(join(folder.path, path), 'utf8')

  it('has the source package where a playbook wants it, and tests that lie in it', async () => {
    const { source, answer } = await handed(sti, {
      tree: { [playbook]: withSources() },
      build: { 'hello_1.dsc': dsc },
    })
    assert.equal(source?.dsc, 'hello_1.dsc')
    assert.deepEqual(
      answer?.plan?.tests.map(({ name, folder: place }) => [name, place]),
      [
        ['/source/checks', 'tests/source/checks'],
        ['/quick', 'tests'],
      ],
    )
    assert.deepEqual((await readdir(join(folder.path, 'source'))).sort(), ['hello_1.dsc', 'hello_1.tar.xz'])
    const script = await handedFile('job/prepare')
    assert.match(script, /install-packages '0' 'dpkg-dev' \|\| exit$/m)
    assert.match(script, /unpack-source '\S+hello_1\.dsc' '\/var\/lib\/assay\/tree\/tests\/source'\n$/)
  })

  it('has it where the playbook says', async () => {
    const tree = { [playbook]: withSources(', srcdir: "{{ playbook_dir }}/../upstream"') }
    await handed(sti, { tree, build: { 'hello_1.dsc': dsc } })
    assert.match(await handedFile('job/prepare'), /unpack-source '\S+' '\/var\/lib\/assay\/tree\/upstream'/)
  })

  it('says why a playbook is not run that wants the sources of a build that has none', async () => {
    const { source, answer } = await handed(sti, { tree: { [playbook]: withSources() } })
    assert.equal(source, null)
    assert.match(answer?.reason ?? '', /wants the sources of the package: the build has no \.dsc/)
  })

  it('has the source package for tests of DEP-8, which do without unless they ask what it is built with', async () => {
    await assert.rejects(handed({ check: { dep8 } }, {}), { how: 'bad_check', message: /has no \.dsc/ })
    assert.equal((await handed({ check: { dep8: { ...dep8, depends: '@' } } }, {})).source, null)
    const { source } = await handed({ check: { dep8 } }, { build: { 'hello_1.dsc': dsc } })
    assert.equal(source?.builtWith, 'build-essential, debhelper')
  })

  it('has no source package that nobody asks for', async () => {
    const build = { 'hello_1.dsc': dsc }
    assert.equal((await handed({}, { build })).source, null)
    assert.equal((await handed({ check: { dep8: { ...dep8, source: false } } }, { build })).source, null)
  })
})
