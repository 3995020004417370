/** The image store: what it builds, imports, lists and refuses. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../runner/command.ts'
import { imageStore } from '../../runner/images.ts'
import { locked } from '../../runner/lock.ts'
import { startAssay } from '../support/assay.ts'
import { temporaryFolder } from '../support/folder.ts'
import { stockImage } from '../support/image.ts'
import { buildTimeout } from '../support/machines.ts'
import { until } from '../support/until.ts'

const quiet = (): void => undefined
const withCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code

describe('an image that was built from a recipe', function () {
  this.timeout(buildTimeout)

  it('says what it was made from, to the checksum of each package', async () => {
    const { facts } = await (await stockImage()).get('tiny')
    const kernel = facts.packages.find((line) => line.startsWith('linux-image-'))
    match(kernel ?? '', /^linux-image-\S+=\S+ sha256:[0-9a-f]{64}$/)
    ok(
      facts.packages.filter((line) => line.endsWith('sha256:unknown')).length === 0,
      'every package is in the signed lists',
    )
    match(facts.sources?.[0] ?? '', /^deb http\S+ bookworm main$/)
    match(facts.digest, /^[0-9a-f]{64}$/)
  })

  it('is not built again, and many who want it at once get the same', async () => {
    const images = await stockImage()
    const steps: string[] = []
    const built = await Promise.all([1, 2, 3].map(() => images.build('tiny', (step) => steps.push(step))))
    deepEqual(steps, [])
    equal(new Set(built.map(({ facts }) => facts.digest)).size, 1)
  })

  it('is given up in the middle without a trace', async () => {
    await using folder = await temporaryFolder()
    const stop = new AbortController()
    const onStep = (step: string): void => {
      if (step.startsWith('downloading')) stop.abort(new Error('enough'))
    }
    await rejects(imageStore(folder.path).build('tiny', onStep, stop.signal))
    deepEqual(await readdir(folder.path), ['.tiny.lock'])
  })

  it('leaves nothing mounted when whoever builds it is killed', async () => {
    await using folder = await temporaryFolder()
    await using building = startAssay(
      { ASSAY_DATA: folder.path, TMPDIR: folder.path },
      ...['image', 'build', 'tiny'],
    )
    const begun = await until(
      'the build to mount something',
      async () => {
        const pids = await mountingElsewhere(folder.path)
        return pids.length > 0 || (await mountsOf('self')).includes(folder.path) ? pids : null
      },
      buildTimeout,
    )
    ok(begun.length > 0, 'it mounts where everybody does')
    await building.murder()
    for (const pid of await mountingElsewhere(folder.path)) kill(pid)
    await until('it to be gone', async () => (await mountingElsewhere(folder.path)).length === 0)
    equal((await mountsOf('self')).includes(folder.path), false)
  })
})

/** Processes in mount namespaces of their own that have something mounted below the folder. */
async function mountingElsewhere(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const ours = await namespaceOf('self')
  const found: string[] = []
  for (const pid of pids) {
    const theirs = await namespaceOf(pid)
    if (theirs !== null && theirs !== ours && (await mountsOf(pid)).includes(folder)) found.push(pid)
  }
  return found
}

const namespaceOf = (pid: string): Promise<string | null> => readlink(`/proc/${pid}/ns/mnt`).catch(() => null)
const mountsOf = (pid: string): Promise<string> => readFile(`/proc/${pid}/mounts`, 'utf8').catch(() => '')

function kill(pid: string): void {
  try {
    process.kill(Number(pid), 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describe('the image store', () => {
  it('refuses names that are none, and recipes that are not there', async () => {
    await using folder = await temporaryFolder()
    const images = imageStore(folder.path)
    for (const name of ['../x', '', '.hidden', 'A', 'a/b'])
      await rejects(images.build(name, quiet), withCode('BAD_IMAGE_NAME'), name)
    await rejects(images.build('none-such', quiet), withCode('NO_RECIPE'))
    await rejects(images.get('none-such'), withCode('NOT_FOUND'))
    await rejects(images.remove('none-such'), withCode('NOT_FOUND'))
  })

  it('imports a disk that boots by itself, lists it and removes it', async () => {
    await using folder = await temporaryFolder()
    const images = imageStore(join(folder.path, 'images'))
    const disk = join(folder.path, 'disk.raw')
    await writeFile(disk, Buffer.alloc(1 << 20))
    const { facts } = await images.importDisk(disk, 'mine')
    equal(facts.kernel, undefined)
    deepEqual(
      (await images.list()).map((image) => image.facts.name),
      ['mine'],
    )
    await images.remove('mine')
    deepEqual(await images.list(), [])
  })

  it('refuses a disk that would pull in another file of the host', async () => {
    await using folder = await temporaryFolder()
    const images = imageStore(join(folder.path, 'images'))
    const [secret, backed, external] = ['secret', 'backed', 'external'].map((name) =>
      join(folder.path, name),
    ) as [string, string, string]
    await writeFile(secret, Buffer.alloc(65_536))
    await command('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', secret, backed])
    await command('qemu-img', [
      'create',
      '-q',
      '-f',
      'qcow2',
      '-o',
      `data_file=${secret},data_file_raw=on`,
      external,
      '64K',
    ])
    for (const file of [backed, external, join(folder.path, 'none')])
      await rejects(images.importDisk(file, 'x'), withCode('BAD_DISK_IMAGE'), file)
    deepEqual(await images.list(), [])
  })

  it('clears what a builder that was killed left, and takes no broken image for one', async () => {
    await using folder = await temporaryFolder()
    const images = imageStore(folder.path)
    await mkdir(join(folder.path, '.new-mine-abcdef'))
    await mkdir(join(folder.path, 'broken'))
    await writeFile(join(folder.path, 'broken', 'image.json'), '{"name":')
    await writeFile(join(folder.path, 'disk'), Buffer.alloc(65_536))
    deepEqual(await images.list(), [])
    await images.importDisk(join(folder.path, 'disk'), 'mine')
    deepEqual((await readdir(folder.path)).sort(), ['.mine.lock', 'broken', 'disk', 'mine'])
  })
})

describe('a lock', () => {
  it('is held by one at a time', async () => {
    await using folder = await temporaryFolder()
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 20))
      inside--
    }
    await Promise.all([1, 2, 3, 4].map(() => locked(join(folder.path, 'lock'), work)))
    equal(most, 1)
  })

  it('is gone with a holder that was killed, and may be waited for in vain', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'lock')
    const module = JSON.stringify(new URL('../../runner/lock.js', import.meta.url).href)
    const program = `import { locked } from ${module}
      await locked(${JSON.stringify(path)}, () => new Promise((done) => { console.log('held'); setTimeout(done, 60_000) }))`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    await rejects(locked(path, () => Promise.resolve(), AbortSignal.timeout(100)))
    holder.kill('SIGKILL')
    await until('the lock to be free', () => locked(path, () => Promise.resolve(true)))
  })
})
