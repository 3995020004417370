/** Which accelerator is taken: the one with which a real kernel really came up. */
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findAccelerator } from '../../runner/accelerator.ts'
import { bootProbe } from '../../runner/machine/boot-probe.ts'
import { temporaryFolder } from '../support/folder.ts'
import { tinyImage } from '../support/image.ts'
import { buildTimeout } from '../support/machines.ts'

describe('the accelerator', function () {
  this.timeout(buildTimeout)
  before(async () => {
    await tinyImage()
  })

  it('is the emulator where there is no KVM, found once for all who ask, and remembered', async () => {
    await using folder = await temporaryFolder()
    const proving = { folder: folder.path, images: await tinyImage(), device: '/dev/none-such' }
    const [one, two] = await Promise.all([findAccelerator(proving), findAccelerator(proving)])
    equal(one.accelerator, 'tcg')
    match(one.why, /^there is no \/dev\/none-such; emulated, a guest booted in \d+\.\d s\.$/)
    deepEqual(one, two)
    // Nothing is booted without a kernel, and where kernels are is not even asked.
    const unasked = { list: () => Promise.reject(new Error('asked for images')) }
    deepEqual(await findAccelerator({ ...proving, images: unasked }), one)
  })

  it('is proven anew when the host is not what it was', async () => {
    await using folder = await temporaryFolder()
    const proving = { folder: folder.path, images: await tinyImage(), device: '/dev/none-such' }
    await findAccelerator(proving)
    const file = join(folder.path, 'accelerator.json')
    const kept = JSON.parse(await readFile(file, 'utf8')) as { key: string }
    await writeFile(file, JSON.stringify({ ...kept, key: 'another boot', why: 'old' }))
    equal((await findAccelerator(proving)).why === 'old', false)
    await writeFile(file, 'half a fi')
    equal((await findAccelerator(proving)).accelerator, 'tcg')
  })

  it('is KVM only with a guest that booted, and this host’s own answer comes in bounded time', async () => {
    await using folder = await temporaryFolder()
    const { accelerator, why } = await findAccelerator({ folder: folder.path, images: await tinyImage() })
    match(why, accelerator === 'kvm' ? /booted with KVM/ : /emulated, a guest booted/)
  })

  it('is given up on at its deadline, with nothing left behind', async () => {
    const { facts, folder } = await (await tinyImage()).get('tiny')
    const kernel = join(folder, facts.kernel?.file ?? '')
    deepEqual(await bootProbe('tcg', kernel, { deadlineMs: 100 }), { failed: 'no sign of life within 0.1 s' })
    await rejects(bootProbe('tcg', kernel, { deadlineMs: 60_000, signal: AbortSignal.timeout(100) }))
    match(
      (await bootProbe('tcg', '/none-such', { deadlineMs: 60_000 })).failed ?? '',
      /^its kernel cannot be read: .*none-such/,
    )
  })

  it('is a guess that nobody remembers while there is no kernel to prove anything with', async () => {
    await using folder = await temporaryFolder()
    const images = { list: () => Promise.resolve([]) }
    const { proven, accelerator } = await findAccelerator({
      folder: folder.path,
      images,
      device: '/dev/none-such',
    })
    if (!proven) deepEqual([accelerator, await readdir(folder.path)], ['tcg', []])
  })
})
