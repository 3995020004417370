/** Runs one program to its end, bounded in time and in what is kept of its output. */
import { spawn } from 'node:child_process'

export class CommandFailed extends Error {
  constructor(program: string, why: string, output: string) {
    super(`${program} ${why}${output ? `: ${output.trim()}` : ''}`)
    this.name = 'CommandFailed'
  }
}

export interface CommandOptions {
  signal?: AbortSignal | undefined
  cwd?: string
  /** Instead of our own environment. */
  env?: NodeJS.ProcessEnv
  /** Called with each line of output, for progress. */
  onLine?: (line: string) => void
}

/** Resolves with standard output (at most 1 MiB); rejects with CommandFailed and the last words of stderr. */
export async function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { signal, cwd, env, onLine } = options
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
    ...(cwd && { cwd }),
    ...(env && { env }),
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-(1 << 20))))
  child.stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString()
    errors = (errors + text).slice(-2000)
    if (onLine) for (const line of text.split('\n')) if (line.trim() !== '') onLine(line.trim())
  })
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new CommandFailed(program, `could not be run (${error.message})`, '')),
    )
    child.on('close', (code, killed) => {
      if (code === 0) resolve(output)
      else
        reject(
          new CommandFailed(
            program,
            killed ? `was killed by ${killed}` : `exited with ${code ?? 'no code'}`,
            errors,
          ),
        )
    })
  })
}
