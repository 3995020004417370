/** The command line: finds the command, runs it, and turns whatever happens into words and an exit status. */
import { AppError } from '../core/errors.ts'
import { UsageError, type Command, type ExitStatus } from './command.ts'

/** Loaded when asked for: `assay logs` need not wait for what `assay up` stands on. */
const commands: Record<string, () => Promise<{ default: Command }>> = {
  up: () => import('./commands/up.ts'),
  serve: () => import('./commands/serve.ts'),
  runner: () => import('./commands/runner.ts'),
  doctor: () => import('./commands/doctor.ts'),
  image: () => import('./commands/image.ts'),
  package: () => import('./commands/package.ts'),
  token: () => import('./commands/token.ts'),
  upstream: () => import('./commands/upstream.ts'),
  group: () => import('./commands/group.ts'),
  person: () => import('./commands/person.ts'),
  key: () => import('./commands/key.ts'),
  ssh: () => import('./commands/ssh.ts'),
  event: () => import('./commands/event.ts'),
  listener: () => import('./commands/listener.ts'),
  run: () => import('./commands/run.ts'),
  enter: () => import('./commands/enter.ts'),
  init: () => import('./commands/init.ts'),
  lint: () => import('./commands/lint.ts'),
  status: () => import('./commands/status.ts'),
  executions: () => import('./commands/executions.ts'),
  logs: () => import('./commands/logs.ts'),
  rerun: () => import('./commands/rerun.ts'),
  keep: () => import('./commands/keep.ts'),
  cancel: () => import('./commands/cancel.ts'),
  outbox: () => import('./commands/outbox.ts'),
}

async function main([name, ...args]: string[]): Promise<ExitStatus> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(await help())
    return name === undefined ? 2 : 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!load) return fail(2, `There is no command ${JSON.stringify(name)}: \`assay help\` lists them.`)
  const { default: command } = await load()
  const usage = `usage: assay ${name} ${command.usage}`.trim()
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n\n${command.summary}\n`)
    return 0
  }
  try {
    return await command.run(args)
  } catch (error) {
    if (error instanceof UsageError) return fail(2, `${error.message}\n${usage}`)
    if (error instanceof AppError) return fail(statusOf(error), error.message)
    return fail(3, error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

/** A refusal is the request's own fault (1); what starts with 5 is trouble of the host or the service (3). */
const statusOf = ({ status, code }: AppError): ExitStatus =>
  status >= 500 ? 3 : code === 'INVALID_INPUT' ? 2 : 1

function fail(status: ExitStatus, text: string): ExitStatus {
  process.stderr.write(`assay: ${text}\n`)
  return status
}

async function help(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { default: command } = await load()
      return `  assay ${name} ${command.usage}\n      ${command.summary}\n`
    }),
  )
  return `Checks of packages, owned by their maintainers, run in disposable machines.\n\n${rows.join('')}\nEvery command knows --help, and most know --json.\n`
}

/** A pager or a pipe that was closed is no error of ours; a terminal that was is told by SIGHUP. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') return
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

process.exitCode = await main(process.argv.slice(2))
