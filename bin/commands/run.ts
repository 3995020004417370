/** `assay run`: checks in the same machines as everywhere, on this host: those of a folder, or one that a server ran. */
import { once } from 'node:events'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from '@commander-js/extra-typings'
import type { Check, Reading } from '../../core/check.ts'
import { readConfig, type Config } from '../../core/config.ts'
import { showFaultsOf } from '../../core/formats/show-faults.ts'
import { openHome } from '../../runner/at-home.ts'
import { cancelled } from '../../runner/ending.ts'
import { openApi } from '../api.ts'
import { collect, endWith, examples, json, UsageError, type ExitStatus } from '../command.ts'
import { endSignal } from '../end-signal.ts'
import { homeBuild } from '../home-build.ts'
import { exitStatus, printDebianVerdict, printRan, unrun, type Ran } from '../home-report.ts'
import { lookInto, outputFolder, runCheck, type Run } from '../home-run.ts'
import { machineKeeper } from '../machine-keeper.ts'
import { neutraliser } from '../neutral-text.ts'
import { printJson, say, sayInColour } from '../output.ts'
import { readWithSources } from '../home-sources.ts'
import { repeat } from '../repeat.ts'
import { requireTerminal } from '../terminal.ts'

const command = new Command('run')
  .summary('run checks in machines of this host')
  .description(
    'Runs the checks of a folder, or repeats an execution of a server, in the same machines as everywhere. Exit status 1: a check failed; 2: the folder would be refused.',
  )
  .argument('[folder]', 'the check repository; without it, this one')
  .option('--check <name>', 'only this check, may be repeated', collect)
  .option('--artifact <file|url>', 'a file of the build that is checked, may be repeated', collect)
  .option('--package <namespace/name>', 'the package; without it, from the artifact or the folder')
  .option('--release <release>', "the release; without it, this host's")
  .option('--version <version>', 'the version; without it, from the artifact')
  .option('--execution <uuid>', 'repeat this execution: it says what runs')
  .option('--image <name>', 'the image, in place of what the check names')
  .option('--output <folder>', 'where logs and artifacts go')
  .option('--shell', 'a terminal in the machine instead of the check')
  .option('--keep', 'keep the machine of a check that failed up, for `assay enter`')
  .option(...json)
  .addHelpText(
    'after',
    examples(
      'run',
      'run my-checks --check smoke --artifact hello_2.10-3_amd64.deb',
      'run --execution 0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52 --shell',
    ),
  )

type Options = ReturnType<typeof command.opts>

/** What says what to run, where an execution does not. */
const ofFolder = ['check', 'artifact', 'package', 'release', 'version'] as const satisfies (keyof Options)[]

export default command.action(async (where, options) => {
  if (options.shell && options.keep) throw new UsageError('it is either --shell or --keep')
  if (options.shell) requireTerminal()
  const stop = stopOnSignal()
  if (options.execution === undefined) endWith(await runFolder(resolve(where ?? '.'), options, stop))
  else {
    if (where !== undefined || ofFolder.some((name) => options[name] !== undefined))
      throw new UsageError('--execution says what runs: leave out what else would say it')
    endWith(await repeatExecution(options.execution, options, stop))
  }
})

async function runFolder(folder: string, options: Options, stop: AbortController): Promise<ExitStatus> {
  const reading = await readChecks(folder, stop.signal)
  if (!reading) return 2
  const { checks, skipped } = chosen(reading, options.check)
  if (options.shell && checks.length !== 1)
    throw new UsageError('--shell is for one check: name it with --check')
  const about = await homeBuild({ ...options, artifacts: options.artifact ?? [], folder })
  const ran = skipped.map(({ name, reason }) => ({ ...unrun(name), note: reason }))
  return runHere(checks, { ...about, folder, commit: 'working-tree' }, options, { ran, stop })
}

/** How to run it, whatever it is. */
interface Wanted {
  image?: string | undefined
  output?: string | undefined
  json?: boolean | undefined
  shell?: boolean | undefined
  keep?: boolean | undefined
}

interface Progress {
  /** What is known without running anything. */
  ran: Ran[]
  stop: AbortController
}

async function repeatExecution(id: string, wanted: Wanted, stop: AbortController): Promise<ExitStatus> {
  await using repeated = await repeat(openApi(readConfig(process.env)), id, stop.signal)
  const { about, check, commit, differences, tree } = repeated
  const image = wanted.image ?? repeated.image ?? check.image
  const what = { ...about, folder: tree, commit, differences }
  return await runHere([{ ...check, image }], what, wanted, { ran: [], stop })
}

async function runHere(
  checks: readonly Check[],
  what: Omit<Run, 'image' | 'output' | 'onLog' | 'keeper'>,
  wanted: Wanted,
  { ran, stop }: Progress,
): Promise<ExitStatus> {
  const config = await homeConfig()
  const stream = wanted.json ? process.stderr : process.stdout
  const neutral = neutraliser()
  const onLog = (chunk: Buffer): void => void stream.write(stream.isTTY ? neutral(chunk) : chunk)
  const keeper = wanted.keep ? machineKeeper(config.data, stop.signal) : null
  const home = await openHome({ ...config, log: { info: () => undefined, warn: (_, words) => say(words) } })
  try {
    for (const check of checks) {
      if (stop.signal.aborted) break
      const output = await outputFolder(check.name, wanted.output)
      const image = wanted.image ?? config.defaultImage
      const run = { ...what, image, output, onLog, keeper }
      ran.push(await (wanted.shell ? lookInto : runCheck)(home, check, run, stop.signal))
    }
  } finally {
    await home.close()
  }
  if (wanted.json) printJson(ran)
  else {
    printRan(ran)
    if (checks.length > 0 && checks.every(({ dep8 }) => dep8 !== undefined)) printDebianVerdict(ran)
  }
  return stop.signal.aborted && !keeper?.hasKept() ? 3 : exitStatus(ran)
}

function stopOnSignal(): AbortController {
  const stop = new AbortController()
  void Promise.race([endSignal(), once(process, 'SIGHUP')]).then(() => stop.abort(cancelled()))
  return stop
}

/** What the folder declares; null, having said it, when it cannot be read. */
async function readChecks(folder: string, signal: AbortSignal): Promise<Reading | null> {
  const reading = await readWithSources(folder, signal)
  const { checks, faults, skipped, awaited } = reading
  if (faults.length === 0) return { checks, faults, skipped: [...skipped, ...awaited] }
  sayInColour(`error: ${showFaultsOf(reading.faults, reading.texts)}`)
  return null
}

function chosen({ checks, skipped }: Reading, names: readonly string[] | undefined): Omit<Reading, 'faults'> {
  const all = [...checks, ...skipped].map(({ name }) => name)
  const missing = names?.find((name) => !all.includes(name))
  if (missing !== undefined) throw new UsageError(`there is no check ${missing}: there are ${all.join(', ')}`)
  const isWanted = ({ name }: { name: string }): boolean => names?.includes(name) ?? true
  return { checks: checks.filter(isWanted), skipped: skipped.filter(isWanted) }
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
