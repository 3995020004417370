/** `assay up` as a child, as a user would start it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Config } from '../../core/config.ts'
import { AppError } from '../../core/errors.ts'
import { say } from '../output.ts'

export const assayProgram = join(import.meta.dirname, '..', 'main.js')

export interface RunningAssay extends AsyncDisposable {
  /** Resolves when it has ended by itself. */
  ended: Promise<unknown>
}

/** Resolves once it serves; throws ASSAY_NOT_STARTED, after it has said why. */
export async function startAssay({ listen }: Config, image: string): Promise<RunningAssay> {
  // It ends when we do, however that happens.
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', process.execPath, assayProgram, 'up'], {
    env: {
      ...process.env,
      ASSAY_IMAGE: image,
      ASSAY_LOG: process.env['ASSAY_LOG'] ?? 'warn',
      ASSAY_LISTEN: (await isFree(listen)) ? `${listen.host}:${listen.port}` : `${listen.host}:0`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Ctrl-C is ours to pass on.
    detached: true,
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => say(`   ${line}`))
  const up = await Promise.race([once(lines, 'line').then(() => true), ended.then(() => false)])
  if (!up) throw new AppError('ASSAY_NOT_STARTED', 500, '`assay up` ended: see its words above.')
  return {
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A port that something else has is no reason for the demo to fail: it takes another. */
async function isFree({ host, port }: Config['listen']): Promise<boolean> {
  const probe = createServer()
  probe.listen(port, host)
  const free = await Promise.race([
    once(probe, 'listening').then(() => true),
    once(probe, 'error').then(() => false),
  ])
  probe.close()
  return free
}
