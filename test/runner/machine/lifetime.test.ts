/** A machine never outlives its runner, however that one dies, and the next start finds nothing left. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { claimFolder, sweepMachines } from '../../../runner/machine/sweep.ts'
import { openMachines } from '../../../runner/machine/machines.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { tinyImage } from '../../support/image.ts'
import { buildTimeout } from '../../support/machines.ts'
import { copyTemplates } from '../../support/templates.ts'
import { until } from '../../support/until.ts'

describe('a runner that is killed', function () {
  this.timeout(buildTimeout)
  before(async () => {
    await tinyImage()
  })

  it('takes its machines, those that wait and the relays along, and the next one sweeps what is left', async () => {
    await using folder = await temporaryFolder()
    // What it keeps in the temporary folder, nobody else will remove: machines must be able to pass through.
    await using temporary = await temporaryFolder()
    await chmod(temporary.path, 0o711)
    const { runner, pids, places } = await runnerWithMachine(folder.path, temporary.path)
    for (const pid of pids) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      if (process.getuid?.() === 0)
        ok(Number(/^Uid:\t(\d+)/m.exec(status)?.[1]) >= 1_900_000_000, 'a user of its own')
      ok(/^NoNewPrivs:\t1$/m.test(status) && /^CapEff:\t0+$/m.test(status), 'without rights')
    }
    runner.kill('SIGKILL')
    await once(runner, 'exit')
    await until(
      'the kernel to end qemu and the relay',
      async () => (await alive(pids)).length === 0,
      buildTimeout,
    )
    const left = await readdir(places.machines)
    equal(left.length, 3, 'a machine, one that waited, and the proxy were left')
    const images = await tinyImage()
    const log = { info: () => undefined, warn: () => undefined }
    const next = await openMachines({ data: folder.path, images, mirrors: [], internetAllowed: false, log })
    await next.close()
    deepEqual(await readdir(places.machines), [])
    equal(
      (await readdir(places.templates)).filter((name) => !name.startsWith('.')).length,
      1,
      'the template is kept',
    )
    deepEqual(
      places.sockets.filter((path) => existsSync(path)),
      [],
    )
  })
})

describe('a runner that is killed while it makes a template', function () {
  this.timeout(buildTimeout)

  it('leaves nothing that the next one takes for a template', async () => {
    await using folder = await temporaryFolder()
    await using temporary = await temporaryFolder()
    await chmod(temporary.path, 0o711)
    const runner = runnerProcess(folder.path, temporary.path)
    const templates = join(folder.path, 'runner', 'templates')
    const names = (): Promise<string[]> => readdir(templates).catch(() => [])
    const making = async (): Promise<string | undefined> =>
      (await names()).find((name) => name.startsWith('.making-'))
    const made = await until('a template that is being made', making, buildTimeout)
    const pids = await until('its qemu', () => processesOf(runner, 2), buildTimeout)
    const owner = await readFile(join(templates, made, 'owner'), 'utf8')
    runner.kill('SIGKILL')
    await once(runner, 'exit')
    await until('the kernel to end qemu', async () => (await alive(pids)).length === 0, buildTimeout)
    const log = { info: () => undefined, warn: () => undefined }
    const images = await tinyImage()
    const next = await openMachines({ data: folder.path, images, mirrors: [], internetAllowed: false, log })
    await next.close()
    deepEqual(
      (await names()).filter((name) => !name.endsWith('.lock')),
      [],
    )
    ok(!existsSync((JSON.parse(owner) as { sockets: string }).sockets))
  })
})

describe('sweeping machines', () => {
  it('leaves alone what a living process owns, and what is being made', async () => {
    await using folder = await temporaryFolder()
    await claimFolder(join(folder.path, 'mine'), '')
    await mkdir(join(folder.path, '.new-young'))
    await mkdir(join(folder.path, 'dead'))
    await writeFile(
      join(folder.path, 'dead', 'owner'),
      JSON.stringify({ pid: process.pid, started: '1', sockets: '' }),
    )
    equal(await sweepMachines(folder.path), 1)
    deepEqual((await readdir(folder.path)).sort(), ['.new-young', 'mine'])
  })
})

/** Another process, with a machine of its own whose check sleeps, and another that waits. */
function runnerProcess(data: string, temporary: string) {
  const program = `
    import { openMachines } from ${JSON.stringify(new URL('../../../runner/machine/machines.js', import.meta.url).href)}
    import { tinyImage } from ${JSON.stringify(new URL('../../support/image.js', import.meta.url).href)}
    import { openMachine } from ${JSON.stringify(new URL('../../support/machines.js', import.meta.url).href)}
    import { until } from ${JSON.stringify(new URL('../../support/until.js', import.meta.url).href)}
    const log = { info() {}, warn() {} }
    const machines = await openMachines({ data: process.argv[1], images: await tinyImage(), mirrors: [], internetAllowed: false, pool: 1, log })
    const { run } = await openMachine(machines, { check: 'echo up; sleep 600' }, { network: 'mirror' })
    await until('a machine that waits', () => machines.waiting() === 1, 300_000)
    void run('check', { timeoutMs: 600_000, onOutput: () => console.log('up') })`
  return spawn(process.execPath, ['--input-type=module', '-e', program, data], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function runnerWithMachine(data: string, temporary: string) {
  await copyTemplates(join(data, 'runner', 'templates'), 'fetched')
  const runner = runnerProcess(data, temporary)
  await once(runner.stdout, 'data')
  const machines = join(data, 'runner', 'machines')
  const templates = join(data, 'runner', 'templates')
  const pids = await until('two qemus and their relays', () => processesOf(runner, 4), buildTimeout)
  const owners = await Promise.all(
    (await readdir(machines)).map((name) => readFile(join(machines, name, 'owner'), 'utf8')),
  )
  const sockets = owners.map((text) => (JSON.parse(text) as { sockets: string }).sockets)
  return { runner, pids, places: { machines, templates, sockets } }
}

/** null: there are fewer. */
async function processesOf(runner: ChildProcess, least: number): Promise<number[] | null> {
  const pids = await family(runner.pid ?? 0)
  return pids.length >= least ? pids : null
}

async function family(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const children = text.split(' ').filter(Boolean).map(Number)
  return [...children, ...(await Promise.all(children.map(family))).flat()]
}

/** A zombie that nobody has buried yet is dead enough. */
async function alive(pids: number[]): Promise<number[]> {
  const states = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z')),
  )
  return pids.filter((_, index) => !/\) Z/.test(states[index] ?? ''))
}
