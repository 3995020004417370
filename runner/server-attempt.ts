/** One attempt as the server hears it: steps, log, artifacts, signs of life, and in the end the report. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { AppError } from '../core/errors.ts'
import type { Job, MachineFacts, Report, StepBegun } from '../schemas/types.gen.ts'
import { cancelled } from './ending.ts'
import { logSender } from './log-sender.ts'
import type { Collected } from './machine/machine.ts'
import { hasCode, type Call, type ServerClient } from './server-client.ts'
import { unpackTree } from './unpack-tree.ts'

export interface ServerAttempt extends AsyncDisposable {
  /** Fires, with why, when the server says that this attempt is over. */
  signal: AbortSignal
  step: (step: StepBegun['step'], machine?: MachineFacts) => void
  log: (chunk: Buffer) => void
  tree: (folder: string, signal: AbortSignal) => Promise<void>
  keep: (folder: string, files: Collected['files'], signal: AbortSignal) => Promise<string[]>
  /** Resolves when the server knows, or when it does not want to know any more. */
  report: (report: Report) => Promise<void>
  /** Stops trying to reach a server that is away. */
  abandon: () => void
}

/** Milliseconds. The server gives up an attempt after 60 s of silence, but only while it could hear. */
const times = { beat: 10_000, beatPatience: 8_000, patience: 15 * 60_000 }

export function serverAttempt(client: ServerClient, job: Job, log: Logger): ServerAttempt {
  const over = new AbortController()
  const base = `executions/${job.execution}/attempts/${job.attempt}`
  const call = async (what: string, options: Omit<Call, 'path'> = {}): Promise<unknown> => {
    try {
      const fence = { 'assay-fence': job.fence, ...options.headers }
      const patient = { method: 'POST', patienceMs: times.patience, signal: over.signal }
      return await client.call({ ...patient, ...options, headers: fence, path: `${base}/${what}` })
    } catch (error) {
      if (hasCode(error, 'STALE_ATTEMPT')) over.abort(cancelled())
      throw error
    }
  }

  const sender = logSender(async (offset, bytes) => {
    await call(`log?offset=${offset}`, {
      body: () => bytes,
      headers: { 'content-type': 'application/octet-stream' },
    })
  })
  let steps: Promise<unknown> = Promise.resolve()
  const step: ServerAttempt['step'] = (name, machine) => {
    const json: StepBegun = { step: name, ...(machine && { machine }) }
    steps = steps
      .then(() => call('steps', { json }))
      .catch((error: unknown) => {
        if (!over.signal.aborted)
          log.warn({ err: error, execution: job.execution, step: name }, 'a step was not told')
      })
  }
  const beat = async (): Promise<void> => {
    const answer = await call('beat', { patienceMs: times.beatPatience }).catch(() => null)
    if ((answer as { continue?: unknown } | null)?.continue === false) over.abort(cancelled())
  }
  const beating = setInterval(() => void beat(), times.beat)

  const put = async (folder: string, path: string, signal: AbortSignal): Promise<string | null> => {
    const file = join(folder, path)
    const headers = { 'assay-sha256': await sha256Of(file), 'content-type': 'application/octet-stream' }
    const where = `artifacts/${path.split('/').map(encodeURIComponent).join('/')}`
    try {
      await call(where, { method: 'PUT', headers, body: () => createReadStream(file), signal })
      return null
    } catch (error) {
      // The server's limits are the same as ours: what it does not take all the same is said, and costs nothing else.
      if (!(error instanceof AppError) || ![400, 409, 413].includes(error.status) || over.signal.aborted)
        throw error
      return `${path} was not kept: ${error.message}`
    }
  }
  return {
    signal: over.signal,
    step,
    log: sender.write,
    async tree(folder, signal) {
      const path = `executions/${job.execution}/tree`
      await unpackTree(
        await client.stream({ path, headers: { 'assay-fence': job.fence }, signal }),
        folder,
        signal,
      )
    },
    async keep(folder, files, signal) {
      const notes: string[] = []
      for (const { path } of files) {
        const note = await put(folder, path, AbortSignal.any([signal, over.signal]))
        if (note !== null) notes.push(note)
      }
      return notes
    },
    async report(report) {
      await sender.flush().catch((error: unknown) => {
        if (!over.signal.aborted)
          log.warn({ err: error, execution: job.execution }, 'the log is not complete')
      })
      step('reporting')
      await steps
      await call('report', { json: report }).catch((error: unknown) => {
        if (!over.signal.aborted) throw error
      })
    },
    abandon: () => over.abort(cancelled()),
    async [Symbol.asyncDispose]() {
      clearInterval(beating)
      over.abort(cancelled())
      await steps
    },
  }
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
