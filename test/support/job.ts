/** A job as a claim answers it. */
import { fileLimitsOf } from '../../core/file-limits.ts'
import type { Job, JobBuild, JobCheck } from '../../schemas/types.gen.ts'

export interface JobChanges {
  check?: Partial<JobCheck>
  build?: Partial<JobBuild>
}

export const sampleJob = ({ check = {}, build = {} }: JobChanges = {}): Job => ({
  execution: '01890000-0000-7000-8000-000000000001',
  attempt: 1,
  fence: 'x'.repeat(32),
  arch: 'x86_64',
  limits: fileLimitsOf({}),
  check: {
    name: 'smoke',
    repository: 'deb/hello',
    commit: 'a'.repeat(40),
    run: 'true',
    image: 'tiny',
    install: true,
    packages: [],
    network: 'none',
    timeoutSeconds: 300,
    memoryMiB: 256,
    cpus: 1,
    diskMiB: 512,
    results: 'exit',
    ...check,
  },
  build: { package: 'deb/hello', release: 'bookworm', version: '2.10-3', artifacts: [], ...build },
})
