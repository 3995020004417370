/** `assay run`: the checks of a folder in the same machines as everywhere, on this host and without a server. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { access, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { duplexPair, type Duplex } from 'node:stream'
import type { Check, Reading } from '../../core/check.ts'
import { readConfig, type Config } from '../../core/config.ts'
import type { Outcome, Party } from '../../core/execution.ts'
import { showFaultsOf } from '../../core/formats/show-faults.ts'
import { verdict, type Verdict } from '../../core/verdict.ts'
import { openHome, type Home, type HomeRun } from '../../runner/at-home.ts'
import { cancelled } from '../../runner/ending.ts'
import type { CheckResult, Job, Report } from '../../schemas/types.gen.ts'
import { readArguments } from '../arguments.ts'
import { UsageError, type Command, type ExitStatus } from '../command.ts'
import { endSignal } from '../end-signal.ts'
import { homeBuild, type HomeBuild } from '../home-build.ts'
import { machineKeeper, type MachineKeeper } from '../machine-keeper.ts'
import { plain, print, printJson, printTable, say } from '../output.ts'
import { readFolder } from '../read-folder.ts'
import { joinTerminal, requireTerminal, wayOutWords } from '../terminal.ts'

interface Ran {
  check: string
  outcome: Outcome
  reason: string | null
  concerns: Party | null
  note: string | null
  results: CheckResult[]
  notes: string[]
}

/** What the machines of this host are. */
const arch = 'x86_64'

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const several = { type: 'string', multiple: true } as const

export default {
  usage:
    '[DIR] [--check NAME ...] [--image NAME] [--artifact FILE_OR_URL ...] [--package NS/NAME] [--release R] [--version V] [--output DIR] [--shell | --keep] [--json]',
  summary:
    'Runs the checks of a folder in the same machines, here and without a server. --shell: a terminal instead of the check; --keep: a check that failed leaves its machine up. Exit 1: a check failed.',
  async run(args) {
    const options = {
      ...{ check: several, artifact: several },
      ...{ shell: flag, keep: flag },
      ...{ image: text, package: text, release: text, version: text, output: text },
    }
    const { values, positionals } = readArguments(args, options, { least: 0, most: 1 })
    if (values.shell && values.keep) throw new UsageError('it is either --shell or --keep')
    if (values.shell) requireTerminal()
    const folder = resolve(positionals[0] ?? '.')
    const reading = await readChecks(folder)
    if (!reading) return 2
    const { checks, skipped } = chosen(reading, values.check)
    if (values.shell && checks.length !== 1)
      throw new UsageError('--shell is for one check: name it with --check')
    const about = await homeBuild({ ...values, artifacts: values.artifact ?? [], folder })
    const config = await homeConfig()
    const stop = new AbortController()
    const onLog = (chunk: Buffer): void => void (values.json ? process.stderr : process.stdout).write(chunk)
    const keeper = values.keep ? machineKeeper(config.data, stop.signal) : null
    const home = await openHome({ ...config, log: { info: () => undefined, warn: (_, words) => say(words) } })
    void Promise.race([endSignal(), once(process, 'SIGHUP')]).then(() => stop.abort(cancelled()))
    const ran: Ran[] = skipped.map(({ name, reason }) => ({ ...unrun(name), note: reason }))
    try {
      for (const check of checks) {
        if (stop.signal.aborted) break
        const output = await outputFolder(check.name, values.output)
        const image = values.image ?? config.defaultImage
        const run = { ...about, image, folder, output, onLog, keeper }
        ran.push(await (values.shell ? lookInto : runCheck)(home, check, run, stop.signal))
      }
    } finally {
      await home.close()
    }
    if (values.json) printJson(ran)
    else report(ran)
    return stop.signal.aborted && !keeper?.hasKept() ? 3 : exitStatus(ran)
  },
} satisfies Command

interface Run extends HomeBuild {
  image: string
  folder: string
  output: string
  onLog: (chunk: Buffer) => void
  keeper: MachineKeeper | null
}

async function runCheck(home: Home, check: Check, run: Run, signal: AbortSignal): Promise<Ran> {
  if (check.arch && !check.arch.includes(arch))
    return { ...unrun(check.name), note: `It is not for ${arch}, the architecture of this host’s machines.` }
  run.onLog(Buffer.from(`\n== check ${check.name}\n`))
  const judge = ({ ending, results }: Report): Verdict => verdict(ending, results, check.rules)
  const keep = run.keeper?.forCheck(check.name, judge)
  const told = await home.run({ ...homeRun(check, run), ...(keep && { keep }) }, signal)
  return { check: check.name, ...judge(told), results: told.results, notes: told.notes }
}

/** Opens a terminal where the check would run. */
async function lookInto(home: Home, check: Check, run: Run, signal: AbortSignal): Promise<Ran> {
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
    results: told.results,
    notes: told.notes,
  }
}

const looked = 'It was not run: a terminal was opened instead.'

const homeRun = (check: Check, run: Run): HomeRun => ({
  job: toJob(check, run),
  tree: run.folder,
  ...{ artifacts: run.artifacts, output: run.output, onLog: run.onLog },
})

const toJob = (check: Check, { image, build }: Run): Job => ({
  execution: randomUUID(),
  attempt: 1,
  fence: 'at-home-there-is-none',
  arch,
  check: {
    ...{ name: check.name, repository: build.package, commit: 'working-tree', run: check.run },
    image: check.image ?? image,
    ...{
      install: check.install,
      packages: [...check.packages],
      network: check.network,
      results: check.results,
      ...(check.dep8 && { dep8: check.dep8 }),
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

/** What the folder declares; null, having said it, when it cannot be read. */
async function readChecks(folder: string): Promise<Reading | null> {
  const reading = await readFolder(folder)
  if (reading.faults.length === 0) return reading
  say(showFaultsOf(reading.faults, reading.texts))
  return null
}

function chosen({ checks, skipped }: Reading, names: readonly string[] | undefined): Omit<Reading, 'faults'> {
  const all = [...checks, ...skipped].map(({ name }) => name)
  const missing = names?.find((name) => !all.includes(name))
  if (missing !== undefined) throw new UsageError(`there is no check ${missing}: there are ${all.join(', ')}`)
  const isWanted = ({ name }: { name: string }): boolean => names?.includes(name) ?? true
  return { checks: checks.filter(isWanted), skipped: skipped.filter(isWanted) }
}

const unrun = (check: string): Ran => ({
  ...{ check, outcome: 'skipped', reason: null, concerns: null, note: null },
  ...{ results: [], notes: [] },
})

/** The default folder is ours and holds the last run only; one that was asked for may hold more. */
async function outputFolder(check: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return join(resolve(given), check)
  const folder = join(resolve('assay-results'), check)
  await rm(folder, { recursive: true, force: true })
  return folder
}

/** Images are kept where ASSAY_DATA says, or in ./data of a site, or else in the user's cache: never in a repository. */
async function homeConfig(): Promise<Config> {
  const config = readConfig(process.env)
  if (process.env['ASSAY_DATA']) return config
  const isSite = await access(join(config.data, 'images')).then(
    () => true,
    () => false,
  )
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return isSite ? config : { ...config, data: join(cache, 'assay') }
}

function report(ran: readonly Ran[]): void {
  print('')
  for (const { check, results, notes } of ran)
    for (const line of [
      ...results.map(({ name, outcome, note }) => `${name} ${outcome}${note ? `: ${note}` : ''}`),
      ...notes,
    ])
      print(`${check}: ${plain(line)}`)
  printTable(
    ['CHECK', 'VERDICT', 'WHY'],
    ran.map(({ check, outcome, reason, note }) => [
      check,
      reason === null || reason === outcome ? outcome : `${outcome} (${reason})`,
      note ?? '',
    ]),
  )
}

function exitStatus(ran: readonly Ran[]): ExitStatus {
  const has = (...outcomes: Outcome[]): boolean => ran.some(({ outcome }) => outcomes.includes(outcome))
  if (has('failed', 'needs_inspection')) return 1
  return has('errored', 'cancelled') ? 3 : 0
}
