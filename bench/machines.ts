/** To a fresh machine's first command, three ways in one run: booted, cloned from a template, taken from the pool. */
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { imageStore, type ImageStore } from '../runner/images.ts'
import type { MachineSpec } from '../runner/machine/machine.ts'
import { openMachines, type Machines } from '../runner/machine/machines.ts'
import { median, type Measured } from './measured.ts'

const testImages = fileURLToPath(new URL('../../data/test-images', import.meta.url))
const never = new AbortController().signal
const rounds = 10
const target = { clone: 70, pool: 300 }

interface Bench {
  data: string
  spec: MachineSpec
  open: (how: { templates: string; clones?: boolean; pool: number }) => Promise<Machines>
}

export async function benchMachines({ image = 'tiny' }: { image?: string | undefined }): Promise<Measured> {
  const images = imageStore(testImages)
  await images.build(image, () => undefined)
  return withBench(images, image, measure)
}

/** How many fresh machines of `image` a minute can see, each running a trivial check, so many at a time. */
export const cyclesPerMinute = (images: ImageStore, image: string, lanes: number): Promise<number> =>
  withBench(images, image, async (bench) => {
    const machines = await bench.open({ templates: join(bench.data, 'templates'), pool: lanes })
    try {
      await fresh(machines, bench.spec)
      return await rate(machines, bench.spec, lanes)
    } finally {
      await machines.close()
    }
  })

/** To the first command in machines of `image` that boot for it: milliseconds each. */
export const coldStarts = (images: ImageStore, image: string, count: number): Promise<number[]> =>
  withBench(images, image, async (bench) => {
    const machines = await bench.open({ templates: join(bench.data, 'templates'), clones: false, pool: 0 })
    return several(bench, machines, 'boot', { count })
  })

async function withBench<T>(
  images: ImageStore,
  image: string,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), 'assay-bench-'))
  try {
    const input = join(data, 'input')
    for (const name of ['tree', 'build', 'job']) await mkdir(join(input, name), { recursive: true })
    await writeFile(join(input, 'job', 'check'), 'echo up\n')
    const spec = { image, arch: 'x86_64', memoryMiB: image === 'tiny' ? 256 : 1024, cpus: 1, diskMiB: 1024 }
    const log = { info: () => undefined, warn: (_: object, words: string) => console.error(words) }
    return await work({
      data,
      spec: { ...spec, network: 'none', prepareNetwork: false, input },
      open: (how) => openMachines({ data, images, mirrors: [], internetAllowed: false, log, ...how }),
    })
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

async function measure(bench: Bench): Promise<Measured> {
  const templates = join(bench.data, 'templates')
  const cold = await several(bench, await bench.open({ templates, clones: false, pool: 0 }), 'boot')
  const begun = performance.now()
  const cloning = await bench.open({ templates, pool: 0 })
  await fresh(cloning, bench.spec)
  const template = performance.now() - begun
  const clone = await several(bench, cloning, 'clone', { last: false })
  const perMinute: Record<string, number> = {}
  for (const lanes of [1, 2, 4]) perMinute[lanes] = await rate(cloning, bench.spec, lanes)
  await cloning.close()
  const pooling = await bench.open({ templates, pool: 1 })
  await fresh(pooling, bench.spec)
  const idle = await idleClone(bench, pooling)
  const pool = await several(bench, pooling, 'pool')
  const ms = { cold: median(cold), clone: median(clone), pooled: median(pool) }
  const times = (what: number): string => `${(ms.cold / what).toFixed(0)}x`
  return {
    lines: [
      `To the first command in a fresh machine of ${bench.spec.image}, medians of ${rounds}:`,
      `  booted       ${ms.cold.toFixed(0)} ms`,
      `  cloned       ${ms.clone.toFixed(0)} ms, ${times(ms.clone)} faster (aim ${target.clone}x)`,
      `  from a pool  ${ms.pooled.toFixed(0)} ms, ${times(ms.pooled)} faster (aim ${target.pool}x)`,
      `  a template, once: ${(template / 1000).toFixed(1)} s`,
      `A clone that waits takes ${idle.memoryMiB.toFixed(0)} MiB of memory for itself, ${idle.diskKiB.toFixed(0)} KiB of disk.`,
      `Whole cycles per minute, cloned: ${Object.entries(perMinute)
        .map(([lanes, count]) => `${count} at ${lanes}`)
        .join(', ')}`,
    ],
    data: {
      image: bench.spec.image,
      rounds,
      cold_ms: ms.cold,
      clone_ms: ms.clone,
      pooled_ms: ms.pooled,
      clone_ratio: ms.cold / ms.clone,
      pooled_ratio: ms.cold / ms.pooled,
      template_ms: template,
      idle_clone_mib: idle.memoryMiB,
      idle_clone_disk_kib: idle.diskKiB,
      per_minute: perMinute,
    },
  }
}

/** Machines that come by `how`, one after the other; closes what they come from, unless it is not `last`. */
async function several(
  bench: Bench,
  machines: Machines,
  how: string,
  { count = rounds, last = true }: { count?: number; last?: boolean } = {},
): Promise<number[]> {
  const all: number[] = []
  try {
    for (let round = 0; round < count; round++) {
      if (how === 'pool') await filled(machines)
      const { ms, start } = await fresh(machines, bench.spec)
      if (start !== how)
        throw new Error(`A machine came by ${start ?? 'nothing'} where ${how} was to be measured.`)
      all.push(ms)
    }
    return all
  } finally {
    if (last) await machines.close()
  }
}

/** From the wish to the first command's end; the machine's own end is not counted. */
async function fresh(
  machines: Machines,
  spec: MachineSpec,
): Promise<{ ms: number; start: string | undefined }> {
  const begun = performance.now()
  await using machine = await machines.open(spec, never)
  const options = { timeoutMs: 60_000, onOutput: () => undefined, logLimit: 1 << 20, signal: never }
  const end = await machine.run('check', options)
  if (end.exitCode !== 0) throw new Error(`The check ended with ${JSON.stringify(end)}.`)
  return { ms: performance.now() - begun, start: machine.facts.start }
}

async function rate(machines: Machines, spec: MachineSpec, lanes: number): Promise<number> {
  const begun = performance.now()
  let count = 0
  const lane = async (): Promise<void> => {
    while (performance.now() - begun < 5000) {
      await fresh(machines, spec)
      count++
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return Math.round((count * 60_000) / (performance.now() - begun))
}

async function filled(machines: Machines): Promise<void> {
  for (let tries = 0; machines.waiting() === 0; tries++) {
    if (tries > 3000) throw new Error('The pool was not filled within 30 seconds.')
    await sleep(10)
  }
}

/** What the one clone that waits has for itself: pages that are neither the template's nor a program's, blocks of its own files. */
async function idleClone(bench: Bench, machines: Machines): Promise<{ memoryMiB: number; diskKiB: number }> {
  await filled(machines)
  const home = join(bench.data, 'runner', 'machines')
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    if (!folder.startsWith(home)) continue
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kibi = Number(/^Anonymous:\s+(\d+) kB/m.exec(text)?.[1])
    const files = await Promise.all(
      ['overlay.qcow2', 'input.squashfs', 'output.raw'].map((name) => stat(join(folder, name))),
    )
    return {
      memoryMiB: kibi / 1024,
      diskKiB: files.reduce((sum, { blocks }) => sum + blocks / 2, 0),
    }
  }
  throw new Error('There is no clone that waits.')
}
