/** Where the time of the last whole run of the tests went, in mocha’s own measure; kept in data/, which git ignores. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface FileTimes {
  tests: number
  testMs: number
  hookMs: number
}

export interface RunTimes {
  wallMs: number
  /** By path below test/, without `.test.js`. */
  files: Record<string, FileTimes>
}

const kept = fileURLToPath(new URL('../../../data/test-times.json', import.meta.url))
const tests = fileURLToPath(new URL('../', import.meta.url))

export function keepTimes({ wallMs, files }: RunTimes): void {
  const named = Object.entries(files)
    .filter(([path]) => path.endsWith('.test.js'))
    .map(([path, times]) => [relative(tests, path).replace(/\.test\.js$/, ''), times] as const)
  mkdirSync(dirname(kept), { recursive: true })
  writeFileSync(kept, JSON.stringify({ wallMs, files: Object.fromEntries(named) }, null, 1) + '\n')
}

/** null: there was none, or none that can be read. */
export function lastTimes(): RunTimes | null {
  try {
    return JSON.parse(readFileSync(kept, 'utf8')) as RunTimes
  } catch {
    return null
  }
}

export const secondsIn = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
