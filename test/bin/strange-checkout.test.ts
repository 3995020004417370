/** A stranger's checkout whose folders are links: nothing of this host is read, written or removed through them. */
import assert from 'node:assert/strict'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputFolder } from '../../bin/home-run.ts'
import { readFolder } from '../../bin/read-folder.ts'
import { readWithSources } from '../../bin/home-sources.ts'
import { planOf } from '../../runner/guest/tmt-plan.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { sampleJob } from '../support/job.ts'
import { never } from '../support/machines.ts'

const control = 'Test-Command: true\n'

describe('a checkout with folders that are links out of it', () => {
  let folder: TemporaryFolder
  let checkout: string
  let outside: string

  beforeEach(async () => {
    folder = await temporaryFolder()
    checkout = join(folder.path, 'checkout')
    outside = join(folder.path, 'outside')
    await mkdir(checkout)
    await mkdir(join(outside, 'tests'), { recursive: true })
    await writeFile(join(outside, 'control'), control)
    await writeFile(join(outside, 'tests', 'control'), control)
    await writeFile(join(outside, 'secret'), 'SECRET=1\n')
  })
  afterEach(() => folder[Symbol.asyncDispose]())

  it('declares nothing that lies behind them', async () => {
    await symlink(outside, join(checkout, 'debian'))
    await symlink(outside, join(checkout, 'tests'))
    await assert.rejects(readFolder(checkout), /there is no checks\.yaml/)
  })

  it('gets nothing fetched where they lead to', async () => {
    await symlink(outside, join(checkout, '.assay'))
    await mkdir(join(checkout, '.fmf'))
    await writeFile(join(checkout, '.fmf', 'version'), '1\n')
    const plan = `discover: {how: fmf, url: 'https://example.org/tests'}\nexecute: {how: tmt}\n`
    await writeFile(join(checkout, 'plan.fmf'), plan)
    await assert.rejects(readWithSources(checkout, never), /\.assay\/sources .* is a link/)
    assert.deepEqual((await readdir(outside)).sort(), ['control', 'secret', 'tests'])
  })

  it('has no variables of plans from there, at home or on a runner', async () => {
    await symlink(outside, join(checkout, 'away'))
    await mkdir(join(checkout, '.fmf'))
    await writeFile(join(checkout, '.fmf', 'version'), '1\n')
    const files = `environment-file: [away/secret]\nexecute: {how: tmt, script: 'true'}\n`
    await writeFile(join(checkout, 'plan.fmf'), files)
    const job = sampleJob({ check: { name: 'tmt.plan', run: '/plan', tmt: { plan: '/plan' } } })
    const answer = await planOf(job, checkout)
    assert.match(answer?.reason ?? '', /away\/secret, is not there/)
  })

  it('loses nothing where a link stands in the place of what the last run left', async () => {
    await symlink(outside, join(checkout, 'assay-results'))
    const before = process.cwd()
    process.chdir(checkout)
    try {
      await assert.rejects(outputFolder('tests', undefined), /assay-results is a link/)
    } finally {
      process.chdir(before)
    }
    assert.deepEqual(await readdir(join(outside, 'tests')), ['control'])
  })
})
