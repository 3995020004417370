/** `assay image`, as people and programs call it. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { barLine } from '../../bin/progress.ts'
import { assay } from '../support/assay.ts'
import { temporaryFolder } from '../support/folder.ts'

describe('assay image', () => {
  it('imports, lists and removes, for people and for programs', async () => {
    await using folder = await temporaryFolder()
    const env = { ASSAY_DATA: join(folder.path, 'data') }
    const disk = join(folder.path, 'disk.raw')
    await writeFile(disk, Buffer.alloc(1 << 20))
    match((await assay(env, 'image', 'list')).err, /assay image build debian-12/)
    const imported = await assay(env, 'image', 'import', disk, '--name', 'mine', '--as-is')
    deepEqual([imported.code, imported.err], [0, 'image mine: copying the disk\n'])
    match(imported.out, /^Image mine was made of /)
    match((await assay(env, 'image', 'list')).out, /^NAME +BUILT .*\nmine +\d{4}-/)
    const [listed] = JSON.parse((await assay(env, 'image', 'list', '--json')).out) as {
      name: string
      folder: string
    }[]
    deepEqual(listed && [listed.name, listed.folder], ['mine', join(env.ASSAY_DATA, 'images', 'mine')])
    equal((await assay(env, 'image', 'rm', 'mine')).code, 0)
    deepEqual(JSON.parse((await assay(env, 'image', 'list', '--json')).out), [])
  })

  it('tells wrong usage from what cannot be done', async () => {
    await using folder = await temporaryFolder()
    const env = { ASSAY_DATA: folder.path }
    for (const args of [[], ['paint'], ['build'], ['build', 'a', 'b'], ['import', 'x'], ['list', '--odd']])
      equal((await assay(env, 'image', ...args)).code, 2, args.join(' '))
    const unknown = await assay(env, 'image', 'build', 'none-such')
    deepEqual([unknown.code, unknown.out], [1, ''])
    match(unknown.err, /There is no recipe for an image "none-such": there are .*debian-12/)
    equal((await assay(env, 'image', 'rm', 'none-such')).code, 1)
    equal((await assay(env, 'image', 'import', '/none-such', '--name', 'x')).code, 1)
  })

  it('draws how far it is', () => {
    const line = barLine('image x', { step: 'installing', fraction: 0.5 }, 12_400)
    equal(line, 'image x [############............]  50 %  installing (12 s)')
  })
})
