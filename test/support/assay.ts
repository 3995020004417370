/** The command line as a user types it, in a data folder of a test's own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const program = fileURLToPath(new URL('../../bin/main.js', import.meta.url))

export interface Ran {
  code: number | null
  out: string
  err: string
}

/** Nothing of the environment of whoever runs the tests that could make a difference. */
export const environment = (settings: Record<string, string>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  ASSAY_LISTEN: '127.0.0.1:0',
  ASSAY_LOG: 'silent',
  // The way to the tests' own archive.
  ...(process.env['APT_CONFIG'] !== undefined && { APT_CONFIG: process.env['APT_CONFIG'] }),
  ...settings,
})

/** Runs `assay ARGS` to its end. */
export async function assay(settings: Record<string, string>, ...args: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [program, ...args], {
    env: environment(settings),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ran: Ran = { code: null, out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { ...ran, code }
}

export interface Service extends AsyncDisposable {
  child: ChildProcess
  /** What it has said so far. */
  said: () => string
  /** As the kernel does it: without a chance to tidy up. */
  murder: () => Promise<void>
  /** SIGTERM, and waits; resolves with its exit code. */
  end: () => Promise<number | null>
}

/** Starts `assay ARGS` and leaves it running. */
export const startAssay = (settings: Record<string, string>, ...args: string[]): Service =>
  serviceOf(
    spawn(process.execPath, [program, ...args], {
      env: environment(settings),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )

export interface Typist extends Service {
  type: (keys: string) => void
}

/** Runs a shell command on a terminal of its own, of 33 lines and 101 columns. `$ASSAY` is the command line. */
export function startOnTerminal(settings: Record<string, string>, command: string): Typist {
  const script = ['--quiet', '--return', '--command', `stty rows 33 cols 101; ${command}`, '/dev/null']
  const child = spawn('script', script, {
    env: { ...environment(settings), ASSAY: `${process.execPath} ${program}`, SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return { ...serviceOf(child), type: (keys) => void child.stdin.write(keys) }
}

function serviceOf(child: ChildProcess): Service {
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-10_000)))
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }
    return child.exitCode
  }
  return {
    child,
    said: () => said,
    murder: async () => {
      await stop('SIGKILL')
    },
    end: () => stop('SIGTERM'),
    [Symbol.asyncDispose]: async () => {
      await stop('SIGTERM')
    },
  }
}
