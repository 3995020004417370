/**
 * Prints the files of tests that arguments name, those with machines and those that take longest first:
 * `node dist/test/files.js [ROOM ...]`.
 * A room is a folder below test/, or a file's path there; none names them all.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { lastTimes } from './support/times.ts'
import { opensMachines } from './support/turns.ts'

const folder = fileURLToPath(new URL('./', import.meta.url))
const ending = '.test.js'

/** What boots machines comes first, for it takes longest where nothing is known of an earlier run. */
const long = ['stories/', 'runner/machine/', 'runner/guest/', 'runner/', 'bin/', 'browser/']

/** What waits for guests that take longest to make comes later, for whoever waits runs nothing. */
const waiting = ['stories/cloud-image', 'runner/guest/sti', 'runner/guest/unpack-source']

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith(ending))
  .map((path) => path.slice(0, -ending.length))

const rooms = process.argv.slice(2).map((room) => room.replace(/^test\/|\/$|\.test\.[jt]s$/g, ''))
const isIn = (name: string, room: string): boolean => name === room || name.startsWith(`${room}/`)
for (const room of rooms)
  if (!names.some((name) => isIn(name, room))) {
    process.stderr.write(`test: there is no folder or file test/${room}\n`)
    process.exit(2)
  }

const times = lastTimes()?.files ?? {}
function expectedMs(name: string): number {
  const known = times[name]
  if (known) return known.testMs + known.hookMs
  if (waiting.includes(name)) return 5_000
  const rank = long.findIndex((start) => name.startsWith(start))
  return rank < 0 ? 0 : (long.length - rank) * 10_000
}

const pathOf = (name: string): string => `${folder}${name}${ending}`
const chosen = names.filter((name) => rooms.length === 0 || rooms.some((room) => isIn(name, room)))
const late = new Map(chosen.map((name) => [name, opensMachines(readFileSync(pathOf(name), 'utf8')) ? 0 : 1]))
chosen.sort(
  (one, other) =>
    (late.get(one) ?? 0) - (late.get(other) ?? 0) ||
    expectedMs(other) - expectedMs(one) ||
    (one < other ? -1 : 1),
)
process.stdout.write(chosen.map((name) => `${pathOf(name)}\n`).join(''))
