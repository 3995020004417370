/** Machines that wake from a template: the same promises, no two alike, and a way out when there is no template. */
import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MachineFailed } from '../../../runner/machine/machine.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { runOnTime, tellTime } from '../../support/clock.ts'
import { commandLines } from '../../support/command-lines.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { heldUp } from '../../support/held-up.ts'
import { machineContract } from '../../support/machine-contract.ts'
import { buildTimeout, openMachine, testMachines, type TestMachine } from '../../support/machines.ts'
import { copyTemplates } from '../../support/templates.ts'
import { until } from '../../support/until.ts'

type Logged = Machines & { warnings: string[] }

describe('a machine that is a clone', function () {
  this.timeout(buildTimeout)
  let folder: TemporaryFolder
  let machines: Logged
  before(async () => {
    folder = await temporaryFolder()
    await copyTemplates(folder.path, 'none')
    machines = await testMachines({ templates: folder.path })
  })
  after(async () => {
    await machines.close()
    await folder[Symbol.asyncDispose]()
  })

  machineContract(() => machines)

  it('is different from all others of its template, from its first instruction on, and knows what time it is', async () => {
    const others = await testMachines({ templates: folder.path, pool: 1 })
    try {
      const seen = [await lookAt(machines), await lookAt(machines), await lookAt(await filled(others))]
      deepEqual(
        seen.map(({ start }) => start),
        ['clone', 'clone', 'pool'],
      )
      for (const what of ['uuid', 'random', 'id', 'name', 'address'] as const)
        equal(new Set(seen.map((one) => one[what])).size, 3, `no two have the same ${what}`)
      for (const { id, name } of seen) match(`${id} ${name}`, /^[0-9a-f]{32} assay-[0-9a-f]{8}$/)
    } finally {
      await others.close()
    }
  })

  it('knows what time it is as well as it says, however its processor was held up while it asked', async () => {
    const openHeldUp = (hold: (answer: number) => number): Promise<TestMachine> =>
      openMachine(heldUp(machines, folder.path, hold), { check: tellTime })
    await using one = await openHeldUp((answer) => (answer === 1 ? 2000 : 0))
    await runOnTime(one)
    ok(
      Number(one.machine.facts.clockErrorMs) < 999,
      'a quicker exchange counts than the one that was held up',
    )
    await using other = await openHeldUp(() => 300)
    await runOnTime(other)
    ok(Number(other.machine.facts.clockErrorMs) > 149, 'it knows what held up all of them')
  })

  it('has the tree that was handed over, with folders, links, modes and times', async () => {
    const check = `cd /var/lib/assay/tree; stat -c '%A %Y' a.sh; cat b/c/d; readlink b/up; ls -A b/c; touch b/c/new`
    const tree = { 'a.sh': '#!/bin/sh\n', 'b/c/d': 'deep\n', 'b/up': { link: '../a.sh' } }
    const before = Date.now()
    await using machine = await openMachine(machines, { check, tree })
    const after = Date.now()
    equal((await machine.run('check')).exitCode, 0)
    const [facts = '', ...more] = machine.output().trim().split('\n')
    const [mode, time] = facts.split(' ')
    equal(mode, '-rw-r--r--')
    // Whole seconds, of a clock of the kernel that may be a tick behind.
    ok(Number(time) >= Math.floor((before - 10) / 1000) && Number(time) <= after / 1000, time)
    deepEqual(more, ['deep', '../a.sh', 'd'])
  })

  it('is booted when there can be no template, and says why', async () => {
    const place = join(folder.path, 'a-file')
    await writeFile(place, '')
    const poor = await testMachines({ templates: join(place, 'templates') })
    try {
      await using machine = await openMachine(poor, { check: 'echo up' })
      equal((await machine.run('check')).exitCode, 0)
      equal(machine.machine.facts.start, 'boot')
      match(machine.machine.facts.notes?.[0] ?? '', /^no template could be made, so it was booted: ENOTDIR/)
      deepEqual(poor.warnings, ['no template could be made; a machine is booted instead'])
    } finally {
      await poor.close()
    }
  })

  it('comes from a template that is made anew when the one that is there is broken', async () => {
    const [name = ''] = await templatesIn(folder.path)
    const memory = join(folder.path, name, 'memory')
    await using file = await open(memory, 'r+')
    await file.write('rotten', (await stat(memory)).size >> 1)
    const next = await testMachines({ templates: folder.path })
    try {
      equal((await lookAt(next)).start, 'clone')
      deepEqual(next.warnings, ['a template is broken and is made anew'])
      const [anew = ''] = await templatesIn(folder.path)
      notEqual(anew, name)
    } finally {
      await next.close()
    }
  })

  it('comes from a template that is renewed, while it serves on, when its lists of packages are old', async function () {
    this.timeout(2 * buildTimeout)
    await using own = await temporaryFolder()
    const networked = { prepareNetwork: true } as const
    const usual = await testMachines()
    await (await openMachine(usual, { check: 'true' }, networked))[Symbol.asyncDispose]()
    await usual.close()
    await copyTemplates(own.path, 'fetched')
    const [name = ''] = await templatesIn(own.path)
    const facts = join(own.path, name, 'template.json')
    const text = await readFile(facts, 'utf8')
    await writeFile(facts, text.replace(/"madeAt": "[^"]*"/, '"madeAt": "2020-01-01T00:00:00.000Z"'))
    const next = await testMachines({ templates: own.path, mirrors: [] })
    try {
      await using machine = await openMachine(next, { check: 'true' }, networked)
      equal(machine.machine.facts.start, 'clone')
      equal((await machine.run('check')).exitCode, 0)
      const seen = watch(own.path)
      while ((await templatesIn(own.path)).length < 2) await once(seen, 'change')
      seen.close()
    } finally {
      await next.close()
    }
    deepEqual(next.warnings, [])
    const renewed = (await templatesIn(own.path)).sort().at(-1) ?? ''
    // As it was told, there is no mirror to fetch any from.
    match(await readFile(join(own.path, renewed, 'template.json'), 'utf8'), /"lists": "missed"/)
  })

  it('is given up at once when nobody wants it any more while its input is handed over', async () => {
    await using big = await temporaryFolder()
    for (const name of ['tree', 'build', 'job']) await mkdir(join(big.path, name))
    await using file = await open(join(big.path, 'tree', 'big'), 'w')
    // More than could be handed over before this test is given up.
    await file.truncate(2 ** 40)
    const spec = { image: 'tiny', arch: 'x86_64', memoryMiB: 256, cpus: 1, diskMiB: 64, input: big.path }
    // Of a template that is there, so that what is waited for is the input.
    await using other = await openMachine(machines, { check: 'true' })
    equal((await other.run('check')).exitCode, 0)
    const given = new AbortController()
    const opening = machines.open({ ...spec, network: 'none', prepareNetwork: false }, given.signal)
    opening.catch(() => undefined)
    const handing = async (): Promise<boolean> =>
      (await commandLines()).some((words) => words.startsWith(`mksquashfs\0${big.path}\0`))
    await until('its input to be handed over', handing, buildTimeout)
    given.abort()
    await rejects(opening, (error: unknown) => error instanceof MachineFailed && error.how === 'cancelled')
    await until('the handing over to end', async () => !(await handing()), buildTimeout)
  })

  it('gives way to one that boots when it does not wake, and a template that fails twice is thrown away', async () => {
    const next = await testMachines({ templates: folder.path })
    try {
      equal((await lookAt(next)).start, 'clone')
      const [name = ''] = await templatesIn(folder.path)
      await writeFile(join(folder.path, name, 'state'), 'nonsense')
      for (let tries = 0; tries < 2; tries++) equal((await lookAt(next)).start, 'boot')
      deepEqual(await templatesIn(folder.path), [])
    } finally {
      await next.close()
    }
  })
})

const templatesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('.') && name !== 'a-file')

async function filled(machines: Machines): Promise<Machines> {
  const machine = await openMachine(machines, { check: 'true' })
  await machine[Symbol.asyncDispose]()
  await until('a clone that waits', () => machines.waiting() > 0, buildTimeout)
  return machines
}

/** What a check sees of itself with its first instructions. */
async function lookAt(machines: Machines) {
  const check = `${tellTime}
    cat /proc/sys/kernel/random/uuid
    perl -e 'my $b = "\\0" x 16; syscall 318, $b, 16, 0; print unpack("H*", $b), "\\n"'
    cat /etc/machine-id /proc/sys/kernel/hostname
    echo 2 >/proc/sys/kernel/randomize_va_space
    perl -e 'print sprintf("%x\\n", 0 + \\my $x)'`
  await using machine = await openMachine(machines, { check })
  const [uuid, random, id, name, address] = await runOnTime(machine)
  return { start: machine.machine.facts.start, uuid, random, id, name, address }
}
