/** Real machines for tests: tiny guests that are told what to do with a line of shell. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ImageStore } from '../../runner/images.ts'
import { openMachines, type Machines } from '../../runner/machine/machines.ts'
import type { Collected, Machine, MachineSpec, PhaseEnd, RunOptions } from '../../runner/machine/machine.ts'
import { archiveHost } from './archive-packages.ts'
import { temporaryFolder } from './folder.ts'
import { sharedTemplates } from './home.ts'
import { testMachineData, tinyImage } from './image.ts'

export const never = new AbortController().signal

/** Takes long where the image must be built first. */
export const buildTimeout = 300_000

export async function testMachines(
  changes: {
    images?: ImageStore
    /** By default the tests' own archive; null: the host's. */
    mirrors?: string[] | null
    internetAllowed?: boolean
    templates?: string
    clones?: boolean
    pool?: number
    silenceMs?: number
  } = {},
): Promise<Machines & { refusals: string[]; warnings: string[] }> {
  const refusals: string[] = []
  const warnings: string[] = []
  const log = {
    info: (facts: object) => void refusals.push(JSON.stringify(facts)),
    warn: (_: object, words: string) => void warnings.push(words),
  }
  const machines = await openMachines({
    data: testMachineData,
    images: changes.images ?? (await tinyImage()),
    mirrors: changes.mirrors === undefined ? [archiveHost] : changes.mirrors,
    internetAllowed: changes.internetAllowed ?? false,
    templates: changes.templates ?? sharedTemplates,
    clones: changes.clones ?? true,
    pool: changes.pool ?? 0,
    ...(changes.silenceMs !== undefined && { silenceMs: changes.silenceMs }),
    log,
  })
  return Object.assign(machines, { refusals, warnings })
}

export interface Job {
  check: string
  prepare?: string
  /** Content of files by path, or where a link leads to. */
  tree?: Record<string, string | { link: string }>
}

export interface TestMachine extends AsyncDisposable {
  machine: Machine
  /** Runs a phase; what it wrote is in `output()`. */
  run: (phase: 'prepare' | 'check', changes?: Partial<RunOptions>) => Promise<PhaseEnd>
  output: () => string
  collect: () => Promise<Collected & { folder: string }>
}

/** A machine whose phases are these shell scripts. */
export async function openMachine(
  machines: Machines,
  job: Job,
  changes: Partial<MachineSpec> = {},
): Promise<TestMachine> {
  const folder = await temporaryFolder()
  const input = join(folder.path, 'input')
  for (const name of ['tree', 'build', 'job']) await mkdir(join(input, name), { recursive: true })
  for (const phase of ['prepare', 'check'] as const)
    if (job[phase] !== undefined) await writeFile(join(input, 'job', phase), job[phase])
  for (const [name, what] of Object.entries(job.tree ?? {})) {
    const path = join(input, 'tree', name)
    await mkdir(dirname(path), { recursive: true })
    await (typeof what === 'string' ? writeFile(path, what) : symlink(what.link, path))
  }
  const spec = {
    image: 'tiny',
    arch: 'x86_64',
    memoryMiB: 256,
    cpus: 1,
    diskMiB: 512,
    network: 'none',
    prepareNetwork: false,
    input,
  } as const
  const machine = await machines.open({ ...spec, ...changes }, never).catch(async (error: unknown) => {
    await folder[Symbol.asyncDispose]()
    throw error
  })
  const chunks: Buffer[] = []
  return {
    machine,
    run: (phase, options = {}) =>
      machine.run(phase, {
        timeoutMs: 60_000,
        onOutput: (chunk) => void chunks.push(chunk),
        logLimit: 1 << 20,
        signal: never,
        ...options,
      }),
    output: () => Buffer.concat(chunks).toString(),
    async collect() {
      const target = join(folder.path, 'output')
      await mkdir(target, { recursive: true })
      const limits = { fileBytes: 1 << 20, totalBytes: 4 << 20, files: 20 }
      return { ...(await machine.collect(target, limits)), folder: target }
    },
    async [Symbol.asyncDispose]() {
      await machine[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Opens a machine, runs its check to whatever end, and throws the machine away. */
export async function runOnce(
  machines: Machines,
  check: string,
  { spec = {}, options = {} }: { spec?: Partial<MachineSpec>; options?: Partial<RunOptions> } = {},
): Promise<PhaseEnd & { output: string; console: string }> {
  await using machine = await openMachine(machines, { check }, spec)
  const end = await machine.run('check', options)
  return { ...end, output: machine.output(), console: machine.machine.console() }
}
