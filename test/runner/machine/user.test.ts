/** Whom qemu runs as: never root, wherever images and templates lie, and whoever else may pass there. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { chmod, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageStore, type ImageStore } from '../../../runner/images.ts'
import { bootProbe } from '../../../runner/machine/boot-probe.ts'
import { rangeOf } from '../../../runner/machine/identity.ts'
import { tinyImage } from '../../support/image.ts'
import { buildTimeout, openMachine, testMachines } from '../../support/machines.ts'
import { openSmallDisk, type SmallDisk } from '../../support/small-disk.ts'
import { copyTemplates } from '../../support/templates.ts'
import { until } from '../../support/until.ts'

describe('a machine whose image lies on another disk, in a folder that only root may pass', function () {
  this.timeout(buildTimeout)
  let disk: SmallDisk
  let images: ImageStore
  let templates: string
  before(async function () {
    if (process.getuid?.() !== 0) return this.skip()
    disk = await openSmallDisk(1500)
    const closed = join(disk.path, 'closed')
    await mkdir(closed, { mode: 0o700 })
    await cp((await (await tinyImage()).get('tiny')).folder, join(closed, 'images', 'tiny'), {
      recursive: true,
    })
    images = imageStore(join(closed, 'images'))
    templates = join(closed, 'templates')
    await copyTemplates(templates, 'none')
  })
  after(() => disk[Symbol.asyncDispose]())

  for (const start of ['boot', 'clone'] as const)
    it(`runs as a user of its own (${start})`, async () => {
      const machines = await testMachines({ images, templates, clones: start === 'clone' })
      try {
        await using one = await openMachine(machines, { check: 'cat /sys/class/block/vda/size' })
        equal(one.machine.facts.start, start)
        const users = await usersOfMachines()
        ok(users.length === 1 && users.every((user) => user >= 1_900_000_000), users.join())
        equal((await one.run('check')).exitCode, 0)
      } finally {
        await machines.close()
      }
    })

  it('runs as one when it is only to prove the accelerator', async () => {
    const { folder, facts } = await images.get('tiny')
    const proving = bootProbe('tcg', join(folder, facts.kernel?.file ?? ''), { deadlineMs: buildTimeout })
    const users = await until('its qemu', async () => {
      const found = await usersOfMachines()
      return found.length > 0 ? found : null
    })
    ok(
      users.every((user) => user >= 1_900_000_000),
      users.join(),
    )
    equal((await proving).failed, undefined)
  })

  it('is refused, with what to do, where a file of the image may be read by root alone', async () => {
    const { folder, facts } = await images.get('tiny')
    const file = join(folder, facts.disk.file)
    await chmod(file, 0o600)
    const machines = await testMachines({ images, templates, clones: false })
    try {
      await rejects(openMachine(machines, { check: 'true' }), /may not read .*: chmod a\+r/)
      deepEqual(await usersOfMachines(), [])
    } finally {
      await chmod(file, 0o644)
      await machines.close()
    }
  })
})

describe('the users of machines', () => {
  it('are numbers that nobody gives out, or those that a container has', () => {
    equal(rangeOf('         0          0 4294967295\n')?.from, 1_900_000_000)
    equal(rangeOf('         0       1000          1\n         1     100000      65536\n')?.from, 62_000)
    equal(rangeOf('         0       1000          1\n'), null)
  })
})

/** Of each qemu that this process has started. */
async function usersOfMachines(): Promise<number[]> {
  const users: number[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    const mine = new RegExp(`^PPid:\t${process.pid}$`, 'm').test(status)
    if (mine && /^Name:\tqemu/.test(status)) users.push(Number(/^Uid:\t(\d+)/m.exec(status)?.[1]))
  }
  return users
}
