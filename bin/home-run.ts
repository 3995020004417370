/** One check run at home, as a job of this host's own: by itself, or with a person in its machine. */
import { randomUUID } from 'node:crypto'
import { lstat, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { duplexPair, type Duplex } from 'node:stream'
import { fileLimitsOf } from '../core/file-limits.ts'
import type { Check } from '../core/check.ts'
import type { Difference } from '../core/differences.ts'
import { verdict, type Verdict } from '../core/verdict.ts'
import type { Home, HomeRun } from '../runner/at-home.ts'
import type { Job, MachineFacts, Report } from '../schemas/types.gen.ts'
import { UsageError } from './command.ts'
import type { HomeBuild } from './home-build.ts'
import { unrun, type Ran } from './home-report.ts'
import type { MachineKeeper } from './machine-keeper.ts'
import { say } from './output.ts'
import { joinTerminal, wayOutWords } from './terminal.ts'

export interface Run extends HomeBuild {
  /** For checks that name none. */
  image: string
  /** The check repository's tree. */
  folder: string
  /** Its commit, or `working-tree`. */
  commit: string
  output: string
  onLog: (chunk: Buffer) => void
  keeper: MachineKeeper | null
  /** Where a machine differs from that of the execution that is repeated, if one is. */
  differences?: (machine: MachineFacts) => Difference[]
}

/** What the machines of this host are. */
const arch = 'x86_64'

export async function runCheck(home: Home, check: Check, run: Run, signal: AbortSignal): Promise<Ran> {
  if (check.arch && !check.arch.includes(arch))
    return { ...unrun(check.name), note: `It is not for ${arch}, the architecture of this host’s machines.` }
  run.onLog(Buffer.from(`\n== check ${check.name}\n`))
  const judge = ({ ending, results }: Report): Verdict => verdict(ending, results, check.rules)
  const keep = run.keeper?.forCheck(check.name, judge)
  const told = await home.run({ ...homeRun(check, run), ...(keep && { keep }) }, signal)
  return { check: check.name, ...judge(told), ...whatCame(told, run) }
}

/** Opens a terminal where the check would run. */
export async function lookInto(home: Home, check: Check, run: Run, signal: AbortSignal): Promise<Ran> {
  let visit = Promise.resolve()
  const terminal = (): Duplex => {
    const [here, there] = duplexPair()
    say(wayOutWords)
    visit = joinTerminal(here)
    return there
  }
  const told = await home.run({ ...homeRun(check, run), terminal }, signal)
  await visit
  const ended = told.ending.how === 'exited' ? { ...unrun(check.name), note: looked } : null
  return {
    ...(ended ?? { check: check.name, ...verdict(told.ending, told.results, check.rules) }),
    ...whatCame(told, run),
  }
}

const looked = 'It was not run: a terminal was opened instead.'

const whatCame = ({ results, notes, machine }: Report, { differences }: Run) => ({
  ...{ results, notes },
  differences: differences?.(machine) ?? [],
})

const homeRun = (check: Check, run: Run): HomeRun => ({
  job: toJob(check, run),
  tree: run.folder,
  ...{ artifacts: run.artifacts, output: run.output, onLog: run.onLog },
})

const toJob = (check: Check, { image, build, commit }: Run): Job => ({
  execution: randomUUID(),
  attempt: 1,
  fence: 'at-home-there-is-none',
  arch,
  limits: fileLimitsOf({}),
  check: {
    ...{ name: check.name, repository: build.package, commit, run: check.run },
    image: check.image ?? image,
    ...{
      install: check.install,
      packages: [...check.packages],
      network: check.network,
      results: check.results,
      ...(check.dep8 && { dep8: check.dep8 }),
      ...(check.tmt && { tmt: check.tmt }),
      ...(check.sti && { sti: check.sti }),
    },
    ...{
      timeoutSeconds: check.timeoutSeconds,
      memoryMiB: check.memoryMiB,
      cpus: check.cpus,
      diskMiB: check.diskMiB,
    },
  },
  build,
})

/** The default folder is ours and holds the last run only; one that was asked for may hold more. */
export async function outputFolder(check: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return join(resolve(given), check)
  const results = resolve('assay-results')
  // It lies in whatever folder we are in: who made that must not choose what else on this host we remove.
  if ((await lstat(results).catch(() => null))?.isSymbolicLink())
    throw new UsageError(`${results} is a link: remove it, or say with --output where artifacts go`)
  const folder = join(results, check)
  await rm(folder, { recursive: true, force: true })
  return folder
}
