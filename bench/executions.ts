/**
 * The whole product at work: hundreds of executions in a row through server, queue and runner, over the same check in
 * machines that are opened directly. What must come back to where it was (processes, open files, memory, disk) is counted.
 */
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { imageStore } from '../runner/images.ts'
import { commitFiles } from '../test/support/git.ts'
import { cyclesPerMinute } from './machines.ts'
import { median, percentile, type Measured } from './measured.ts'
import { openSite, type Ended } from './site.ts'
import { takenBy, type Taken } from './taken.ts'

const testImages = fileURLToPath(new URL('../../data/test-images', import.meta.url))
const image = 'tiny'
const machinesAtOnce = 2
const count = 200
/** Executions that nobody counts: they find no template, and nothing warm. */
const first = 12
/** Builds announced one after the other, to see how long each waits for its check's first instruction. */
const single = 30
const aim = { perMinute: 120, firstInstructionMs: 1000 }

const manifest = `checks:
  trivial:
    run: echo up
    install: false
    memory: 256M
    disk: 1G
`

export async function benchExecutions(): Promise<Measured> {
  const images = imageStore(testImages)
  await images.build(image, () => undefined)
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'))
  try {
    const data = join(folder, 'data')
    await mkdir(join(data, 'images'), { recursive: true })
    await symlink(join(testImages, image), join(data, 'images', image))
    const direct = await cyclesPerMinute(images, image, machinesAtOnce)
    return report({ ...(await throughProduct(folder, data)), direct })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Found {
  perMinute: number
  waits: number[]
  errored: Ended[]
  before: Taken
  after: Taken
}

async function throughProduct(folder: string, data: string): Promise<Found> {
  const settings = { ASSAY_DATA: data, ASSAY_IMAGE: image, ASSAY_RUNNERS: String(machinesAtOnce) }
  const checks = join(folder, 'checks')
  await commitFiles(checks, { 'checks.yaml': manifest })
  await using site = await openSite(settings, { trivial: checks })

  await site.finished(await site.announce('first', first))
  const waits: number[] = []
  for (let round = 0; round < single; round++) {
    const announced = Date.now()
    const [id = ''] = await site.announce(`single${round}`, 1)
    await site.finished([id])
    waits.push((await site.firstInstruction(id)) - announced)
    // The pool is filled again while nobody waits, as on a site that is not busy.
    await sleep(1000)
  }
  const before = await atRest(site.pid, data)
  const begun = performance.now()
  const ended = await site.finished(await site.announce('many', count))
  const perMinute = (count * 60_000) / (performance.now() - begun)
  const after = await atRest(site.pid, data)
  return { perMinute, waits, errored: ended.filter(({ outcome }) => outcome !== 'passed'), before, after }
}

/** What the service takes once it takes no less than before: what was freed may be given back a little later. */
async function atRest(pid: number, data: string): Promise<Taken> {
  let [least, now] = [Infinity, await takenBy(pid, data)]
  for (let same = 0; same < 5; now = await takenBy(pid, data)) {
    same = now.memoryMiB >= least * 0.99 ? same + 1 : 0
    least = Math.min(least, now.memoryMiB)
    await sleep(1000)
  }
  return now
}

function report({ perMinute, waits, errored, before, after, direct }: Found & { direct: number }): Measured {
  const wait = { p50: median(waits), p95: percentile(waits, 0.95) }
  const line = (name: string, of: (taken: Taken) => number): string =>
    `  ${name.padEnd(22)} ${of(before).toFixed(0)} before, ${of(after).toFixed(0)} after`
  const ratio = perMinute / direct
  return {
    lines: [
      `${count} executions in a row, ${machinesAtOnce} machines at a time: ${perMinute.toFixed(0)} a minute (aim ${aim.perMinute}),`,
      `  ${(ratio * 100).toFixed(0)} % of ${direct} a minute in machines that are opened directly`,
      `  ${errored.length} did not pass${errored.length > 0 ? `: ${JSON.stringify(errored.slice(0, 3))}` : ''}`,
      `From the event to the check's first instruction: p50 ${wait.p50.toFixed(0)} ms, p95 ${wait.p95.toFixed(0)} ms (aim ${aim.firstInstructionMs})`,
      'What the service took:',
      line('processes', ({ processes }) => processes),
      line('open files', ({ files }) => files),
      line('memory, MiB', ({ memoryMiB }) => memoryMiB),
      line('disk for machines, KiB', ({ machinesKiB }) => machinesKiB),
      line('temporary folders', ({ temporary }) => temporary),
    ],
    data: {
      executions: count,
      per_minute: Math.round(perMinute),
      direct_per_minute: direct,
      ratio,
      not_passed: errored.length,
      first_instruction_ms: wait,
      before,
      after,
    },
  }
}
