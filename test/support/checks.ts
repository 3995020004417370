/** A check as a maintainer's first one is. */
import type { Check } from '../../core/check.ts'

export const sampleCheck = (changes: Partial<Check> = {}): Check => ({
  name: 'smoke',
  summary: null,
  run: './smoke.sh',
  image: null,
  install: true,
  packages: [],
  on: 'build',
  for: ['deb/hello'],
  arch: ['x86_64'],
  timeoutSeconds: 600,
  network: 'none',
  memoryMiB: 1024,
  cpus: 1,
  diskMiB: 4096,
  results: 'exit',
  ...changes,
})
