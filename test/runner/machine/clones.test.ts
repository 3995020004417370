/** Machines that wake from a template: the same promises, no two alike, and a way out when there is no template. */
import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MachineFailed } from '../../../runner/machine/machine.ts'
import type { Machines } from '../../../runner/machine/machines.ts'
import { sealMemory } from '../../../runner/machine/sealed-memory.ts'
import { templateKey } from '../../../runner/machine/template.ts'
import { sweepTemplates } from '../../../runner/machine/kept-templates.ts'
import { temporaryFolder, type TemporaryFolder } from '../../support/folder.ts'
import { machineContract } from '../../support/machine-contract.ts'
import { buildTimeout, openMachine, testMachines } from '../../support/machines.ts'
import { until } from '../../support/until.ts'

type Logged = Machines & { warnings: string[] }

describe('a machine that is a clone', function () {
  this.timeout(60_000)
  let folder: TemporaryFolder
  let machines: Logged
  before(async function () {
    this.timeout(buildTimeout)
    folder = await temporaryFolder()
    machines = await testMachines({ templates: folder.path, pool: 1 })
  })
  after(async () => {
    await machines.close()
    await folder[Symbol.asyncDispose]()
  })

  machineContract(() => machines)

  it('is different from all others of its template, from its first instruction on, and knows what time it is', async () => {
    const others = await testMachines({ templates: folder.path })
    try {
      const seen = [await lookAt(others), await lookAt(others), await lookAt(await filled(machines))]
      deepEqual(
        seen.map(({ start }) => start),
        ['clone', 'clone', 'pool'],
      )
      for (const what of ['uuid', 'random', 'id', 'name', 'address'] as const)
        equal(new Set(seen.map((one) => one[what])).size, 3, `no two have the same ${what}`)
      for (const { id, name, off } of seen) {
        match(`${id} ${name}`, /^[0-9a-f]{32} assay-[0-9a-f]{8}$/)
        ok(Math.abs(off) < 2, `the clock is ${off} seconds off`)
      }
    } finally {
      await others.close()
    }
  })

  it('has the tree that was handed over, with folders, links, modes and times', async () => {
    const check = `cd /var/lib/assay/tree; stat -c '%A %Y' a.sh; cat b/c/d; readlink b/up; ls -A b/c; touch b/c/new`
    const tree = { 'a.sh': '#!/bin/sh\n', 'b/c/d': 'deep\n', 'b/up': { link: '../a.sh' } }
    await using machine = await openMachine(machines, { check, tree })
    equal((await machine.run('check')).exitCode, 0)
    const [facts = '', ...more] = machine.output().trim().split('\n')
    const [mode, time] = facts.split(' ')
    equal(mode, '-rw-r--r--')
    ok(Math.abs(Number(time) - Date.now() / 1000) < 20)
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
    this.timeout(240_000)
    await using own = await temporaryFolder()
    const networked = { prepareNetwork: true } as const
    const first = await testMachines({ templates: own.path, mirrors: [] })
    await (await openMachine(first, { check: 'true' }, networked))[Symbol.asyncDispose]()
    await first.close()
    const [name = ''] = await templatesIn(own.path)
    const facts = join(own.path, name, 'template.json')
    const text = await readFile(facts, 'utf8')
    match(text, /"lists": "missed"/)
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
  })

  it('is given up at once when nobody wants it any more while its input is handed over', async () => {
    await using big = await temporaryFolder()
    for (const name of ['tree', 'build', 'job']) await mkdir(join(big.path, name))
    await using file = await open(join(big.path, 'tree', 'big'), 'w')
    await file.truncate(8 * 2 ** 30)
    const spec = { image: 'tiny', arch: 'x86_64', memoryMiB: 256, cpus: 1, diskMiB: 64, input: big.path }
    // Of a template that is there, so that what is waited for is the input.
    await using other = await openMachine(machines, { check: 'true' })
    equal((await other.run('check')).exitCode, 0)
    const begun = performance.now()
    await rejects(
      machines.open({ ...spec, network: 'none', prepareNetwork: false }, AbortSignal.timeout(1500)),
      (error: unknown) => error instanceof MachineFailed && error.how === 'cancelled',
    )
    ok(performance.now() - begun < 10_000)
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

describe('templates', () => {
  it('are told apart by all that their clones depend on', () => {
    const image = {
      folder: '/i',
      facts: {
        name: 'x',
        arch: 'x86_64' as const,
        digest: 'a',
        builtAt: '',
        packages: [],
        disk: { file: 'd', format: 'qcow2' as const },
      },
    }
    const spec = {
      image: 'x',
      arch: 'x86_64',
      memoryMiB: 512,
      cpus: 1,
      diskMiB: 1,
      network: 'none',
      prepareNetwork: false,
      input: '',
    } as const
    const settings = {
      images: null as never,
      folder: '',
      accelerator: 'tcg',
      qemu: '7.2',
      bootTimeoutMs: 1,
      internetAllowed: false,
      proxy: '',
    } as const
    const key = (
      changes: { spec?: object; image?: object; settings?: object; agent?: string } = {},
    ): string =>
      templateKey(
        { ...spec, ...changes.spec },
        {
          image: { ...image, facts: { ...image.facts, ...changes.image } },
          settings: { ...settings, ...changes.settings },
        },
        changes.agent ?? 'one',
      )
    const keys = [
      key(),
      ...[{ memoryMiB: 1024 }, { cpus: 2 }, { network: 'mirror' }].map((changes) => key({ spec: changes })),
      key({ image: { digest: 'b' } }),
      ...[{ accelerator: 'kvm' }, { qemu: '8.2' }].map((changes) => key({ settings: changes })),
      key({ agent: 'two' }),
    ]
    equal(new Set(keys).size, keys.length)
    equal(key(), keys[0])
  })

  it('are held in memory that nobody can change', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'memory')
    await writeFile(path, Buffer.concat([Buffer.alloc(1 << 20), Buffer.from('content')]))
    const { memory, bytes } = await sealMemory(path)
    try {
      equal((await memory.stat()).size, (1 << 20) + 7)
      ok(bytes < 1 << 20, 'what is nothing takes nothing')
      const text = Buffer.alloc(7)
      await memory.read(text, 0, 7, 1 << 20)
      equal(text.toString(), 'content')
      await using writable = await open(`/proc/self/fd/${memory.fd}`, 'r+')
      await rejects(writable.write('x', 0), { code: 'EPERM' })
      await rejects(writable.truncate(0), { code: 'EPERM' })
    } finally {
      await memory.close()
    }
  })

  it('are swept when nobody used them for weeks, or when they are more than is kept', async () => {
    await using folder = await temporaryFolder()
    const day = 86_400_000
    const all = { fresh: [1, 0], old: [1, 20], large: [20 * 2 ** 30, 1], broken: ['?', 0] } as const
    for (const [name, [bytes, days]] of Object.entries(all)) {
      await mkdir(join(folder.path, name))
      const facts = join(folder.path, name, 'template.json')
      await writeFile(facts, bytes === '?' ? '{' : JSON.stringify({ bytes }))
      const at = new Date(Date.now() - days * day)
      await utimes(facts, at, at)
    }
    equal(await sweepTemplates(folder.path), 3)
    deepEqual(await templatesIn(folder.path), ['fresh'])
  })
})

const templatesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('.') && name !== 'a-file')

async function filled(machines: Machines): Promise<Machines> {
  const machine = await openMachine(machines, { check: 'true' })
  await machine[Symbol.asyncDispose]()
  await until('a clone that waits', () => machines.waiting() > 0)
  return machines
}

/** What a check sees of itself with its first instructions. */
async function lookAt(machines: Machines) {
  const check = `date +%s
    cat /proc/sys/kernel/random/uuid
    perl -e 'my $b = "\\0" x 16; syscall 318, $b, 16, 0; print unpack("H*", $b), "\\n"'
    cat /etc/machine-id /proc/sys/kernel/hostname
    perl -e 'print sprintf("%x\\n", 0 + \\my $x)'`
  await using machine = await openMachine(machines, { check })
  await machine.run('check')
  const [clock = '', uuid, random, id, name, address] = machine.output().trim().split('\n')
  const off = Number(clock) - Date.now() / 1000
  return { start: machine.machine.facts.start, off, uuid, random, id, name, address }
}
