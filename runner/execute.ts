/** One execution as a story: fetch, open a machine, install, run the check, collect. Every end of it is a report. */
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { beginnings } from '../core/log-marks.ts'
import type { Job, Report } from '../schemas/types.gen.ts'
import { AttemptEnded } from './ending.ts'
import { handOver, type Sources } from './guest/hand-over.ts'
import { installEndings, needsPreparation } from './guest/job-scripts.ts'
import type { PlanAnswer } from './guest/tmt-plan.ts'
import type { Collected, Machine, MachineSpec, OpenMachine, PhaseEnd } from './machine/machine.ts'
import { roundedUp } from './machine/shapes.ts'
import { claimFolder } from './machine/sweep.ts'
import { readLeft } from './read-strangers.ts'
import { beginStory, type Listener, type Story } from './story.ts'

export interface Ports extends Sources, Listener {
  /** Folder for what attempts need on the way. */
  folder: string
  /** Makes sure that the image is there; throws AttemptEnded (image_unavailable). */
  image: (name: string, say: (line: string) => void, signal: AbortSignal) => Promise<void>
  open: OpenMachine
  /** Asked for once the machine is ready: instead of the check, the person at the other end looks around. */
  terminal?: () => Duplex
  /** Keeps the files below `folder`; returns notes on those that could not be kept. */
  keep: (folder: string, files: Collected['files'], signal: AbortSignal) => Promise<string[]>
}

const limits = {
  prepareMs: 15 * 60_000,
  prepareLog: 4 * 1024 ** 2,
  /** Of a report to the server. */
  results: 5000,
}

/** Never rejects. `signal`: its reason, an AttemptEnded, says why the attempt is given up. */
export async function execute(job: Job, ports: Ports, signal: AbortSignal): Promise<Report> {
  const story = beginStory({ image: job.check.image, logBytes: job.limits.logBytes }, ports, signal)
  try {
    await using folder = await privateFolder(ports.folder)
    story.begin(
      'fetching',
      `${beginnings.fetching} of ${job.check.repository} and ${job.build.artifacts.length} artifacts`,
    )
    const handed = await handOver(job, ports, folder.input, signal)
    const { answer } = handed
    const prepares = needsPreparation(job, handed)
    story.begin('booting', `${beginnings.booting} with image ${job.check.image}`)
    await ports.image(job.check.image, story.say, signal)
    await using machine = await ports.open({ ...specOf(job, folder.input), prepareNetwork: prepares }, signal)
    story.meet(machine)
    story.begin('installing', prepares ? beginnings.installing : beginnings.nothingToInstall)
    if (prepares) await prepare(job, machine, story, signal)
    story.begin('running', ports.terminal ? 'opening a terminal' : `${beginnings.running} ${job.check.name}`)
    const end = await (ports.terminal
      ? letIn(ports.terminal(), machine, story, signal)
      : check(job, machine, story, signal))
    story.begin('collecting', beginnings.collecting)
    await collect(machine, folder.output, { job, answer, end, story, ports, signal })
    return story.report()
  } catch (error) {
    return story.failed(error)
  }
}

const specOf = ({ arch, check }: Job, input: string): Omit<MachineSpec, 'prepareNetwork'> => ({
  image: check.image,
  arch,
  memoryMiB: roundedUp(check.memoryMiB),
  cpus: roundedUp(check.cpus),
  diskMiB: check.diskMiB,
  network: check.network,
  input,
})

async function prepare(job: Job, machine: Machine, story: Story, signal: AbortSignal): Promise<void> {
  // To build a package takes as long, and says as much, as a check may.
  const [timeoutMs, logLimit] = job.check.dep8?.build
    ? [job.check.timeoutSeconds * 1000, story.room()]
    : [limits.prepareMs, Math.min(limits.prepareLog, story.room())]
  const end = await machine.run('prepare', { timeoutMs, onOutput: story.log, logLimit, signal })
  signal.throwIfAborted()
  if (end.how !== 'exited')
    throw new AttemptEnded(end.how, end.detail ?? 'The machine died while packages were installed.')
  if (end.exitCode === 0) return
  const how = installEndings[end.exitCode as keyof typeof installEndings] as AttemptEnded['how'] | undefined
  throw new AttemptEnded(
    how ?? 'machine_error',
    story.lastLine() ?? `Preparation exited with ${end.exitCode ?? 255}.`,
  )
}

async function check(job: Job, machine: Machine, story: Story, signal: AbortSignal): Promise<PhaseEnd> {
  const timeoutMs = job.check.timeoutSeconds * 1000
  const end = await machine.run('check', { timeoutMs, onOutput: story.log, logLimit: story.room(), signal })
  signal.throwIfAborted()
  story.conclude(end)
  return end
}

async function letIn(wire: Duplex, machine: Machine, story: Story, signal: AbortSignal): Promise<PhaseEnd> {
  const end = (await machine.terminal(wire, signal)) ?? { how: 'exited', exitCode: 0 }
  signal.throwIfAborted()
  story.conclude(end)
  return end
}

interface Finished {
  job: Job
  answer: PlanAnswer | null
  end: PhaseEnd
  story: Story
  ports: Ports
  signal: AbortSignal
}

async function collect(
  machine: Machine,
  target: string,
  { job, answer, end, story, ports, signal }: Finished,
): Promise<void> {
  const { artifactBytes, artifactsBytes, artifacts } = job.limits
  const { files, results, packages, reports, notes } = await machine.collect(target, {
    fileBytes: artifactBytes,
    totalBytes: artifactsBytes,
    files: artifacts,
  })
  const { results: form } = job.check
  const endedWell = end.how === 'exited' && end.exitCode === 0
  const left = await readLeft({ results, packages, reports, form, answer, endedWell })
  if (left.installed !== null) story.installed(left.installed)
  story.add(left.results.slice(0, limits.results))
  story.note(...notes, ...left.notes)
  story.note(...(await ports.keep(join(target, 'artifacts'), files, signal)))
}

interface AttemptFolder extends AsyncDisposable {
  input: string
  output: string
}

async function privateFolder(parent: string): Promise<AttemptFolder> {
  await mkdir(parent, { recursive: true })
  const path = await mkdtemp(join(parent, 'attempt-'))
  await claimFolder(path, '')
  return {
    input: join(path, 'input'),
    output: join(path, 'output'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
