/** Waits for the native modules that bin/run-demo left npm building, which the server is the first to need. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'

const setup = join(import.meta.dirname, '..', '..', '..', 'bin', 'setup')

/** Throws NOT_SET_UP; the setup has said why. */
export async function finishSetup(): Promise<void> {
  const child = spawn(setup, ['demo'], { stdio: ['ignore', process.stderr, process.stderr] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0)
    throw new AppError('NOT_SET_UP', 500, `bin/setup ended with ${code ?? 'no code'}: see above.`)
}
