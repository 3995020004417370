import assert from 'node:assert/strict'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readWithSources } from '../../bin/home-sources.ts'
import { folderOf } from '../../core/formats/tmt/sources.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openForge } from '../support/forge.ts'
import { commitFiles } from '../support/git.ts'
import { runGit } from '../support/clone.ts'
import { never } from '../support/machines.ts'

describe('checks at home that take tests from another repository', () => {
  it('find them fetched beside them, and out of their own git', async () => {
    await using forge = await openForge()
    await using folder = await temporaryFolder()
    await forge.push({ '.fmf/version': '1\n', 'a.fmf': 'test: x\n' })
    const discover = `discover: [{how: fmf, url: '${forge.url}'}, {how: fmf, url: '${forge.url}', ref: none}]`
    await commitFiles(folder.path, {
      '.fmf/version': '1\n',
      'plan.fmf': `${discover}\nexecute: {how: tmt}\n`,
    })
    const { checks, sources } = await readWithSources(folder.path, never)
    assert.deepEqual(
      checks.map(({ summary }) => summary),
      ['/plan (1 test)'],
    )
    assert.deepEqual(sources, [{ url: forge.url, ref: 'none' }])
    const place = join(folder.path, folderOf({ url: forge.url, ref: null }))
    assert.equal(await readFile(join(place, 'a.fmf'), 'utf8'), 'test: x\n')
    await assert.rejects(access(join(place, '.git')))
    assert.equal((await runGit(folder.path, undefined, 'status', '--porcelain')).said, '')
  })
})
