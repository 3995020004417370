/** A runner as the server hears it: the requests without the machines. */
import { createHash, randomUUID } from 'node:crypto'
import type { Ending, Job, Report } from '../../schemas/types.gen.ts'

export interface TestRunner {
  runner: string
  instance: string
  call: (method: string, path: string, options?: CallOptions) => Promise<Response>
  hello: (changes?: object) => Promise<Response>
  claim: (execution: string) => Promise<Response>
  /** Claims and expects to get it. */
  take: (execution: string) => Promise<Job>
  /** About an attempt: path behind `attempts/N/`. */
  tell: (job: Job, what: string, options?: CallOptions & { method?: string }) => Promise<Response>
  report: (job: Job, report: Report) => Promise<Response>
}

export interface CallOptions {
  json?: unknown
  body?: Buffer
  headers?: Record<string, string>
}

export function testRunner(
  url: string,
  token: string,
  identity: { runner?: string; instance?: string } = {},
): TestRunner {
  const { runner = 'r1', instance = randomUUID() } = identity
  const call: TestRunner['call'] = (method, path, { json, body, headers } = {}) =>
    fetch(`${url}/runner/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json === undefined ? (body ? new Uint8Array(body) : null) : JSON.stringify(json),
    })
  const facts = { accelerator: 'tcg', architectures: ['x86_64'], images: ['debian-12'], qemu: '7.2' }
  const claim: TestRunner['claim'] = (id) =>
    call('POST', `executions/${id}/claim`, { json: { runner, instance } })
  const tell: TestRunner['tell'] = (job, what, { method = 'POST', headers, ...options } = {}) =>
    call(method, `executions/${job.execution}/attempts/${job.attempt}/${what}`, {
      ...options,
      headers: { 'assay-fence': job.fence, ...headers },
    })
  return {
    runner,
    instance,
    call,
    claim,
    tell,
    hello: (changes = {}) => call('POST', 'hello', { json: { runner, instance, ...facts, ...changes } }),
    async take(id) {
      const response = await claim(id)
      if (response.status !== 200)
        throw new Error(`claim answered ${response.status}: ${await response.text()}`)
      return (await response.json()) as Job
    },
    report: (job, report) => tell(job, 'report', { json: report }),
  }
}

export const reportOf = (ending: Ending, changes: Partial<Report> = {}): Report => ({
  ending,
  machine: { image: 'debian-12' },
  results: [],
  notes: [],
  ...changes,
})

export const passed = reportOf({ phase: 'check', how: 'exited', exitCode: 0 })
export const machineError = reportOf({ phase: 'boot', how: 'machine_error', detail: 'qemu fell over.' })
export const handedBack = reportOf({ phase: 'fetch', how: 'handed_back' })

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
