/** The command line: finds the command, runs it, and turns whatever happens into words and an exit status. */
import { CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { AppError } from '../core/errors.ts'
import { UsageError, usageOf, type ExitStatus } from './command.ts'
import { openProgram } from './program.ts'

async function main(args: readonly string[]): Promise<void> {
  const program = await openProgram(args[0])
  let acting: CommandUnknownOpts = program
  program.hook('preAction', (_, command) => void (acting = command))
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = tell(error, acting)
  }
}

function tell(error: unknown, acting: CommandUnknownOpts): ExitStatus {
  // It has said itself what was wrong with the command line, or printed the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageError) return fail(2, `${error.message}\n${usageOf(acting)}`)
  if (error instanceof AppError)
    return fail(
      statusOf(error),
      error.hint === undefined ? error.message : `${error.message}\nhint: ${error.hint}`,
    )
  return fail(3, error instanceof Error ? (error.stack ?? error.message) : String(error))
}

/** A refusal is the request's own fault (1); what starts with 5 is trouble of the host or the service (3). */
const statusOf = ({ status, code }: AppError): ExitStatus =>
  status >= 500 ? 3 : code === 'INVALID_INPUT' ? 2 : 1

function fail(status: ExitStatus, text: string): ExitStatus {
  process.stderr.write(`assay: ${text}\n`)
  return status
}

/** A pager or a pipe that was closed is no error of ours; a terminal that was is told by SIGHUP. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EIO') return
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await main(process.argv.slice(2))
