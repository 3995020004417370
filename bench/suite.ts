/** Where the time of the last whole `npm test` went: by room and by file, as mocha measured it. */
import { lastTimes, secondsIn, type FileTimes, type RunTimes } from '../test/support/times.ts'
import { WrongUse, type Measured } from './measured.ts'

const shown = 25

/** Measures nothing anew. */
export function benchSuite(): Promise<Measured> {
  const times = lastTimes()
  return times
    ? Promise.resolve(suiteTimes(times))
    : Promise.reject(new WrongUse('no whole run of the tests has left its times: npm test'))
}

/** What that run's times say, for people and for programs. */
export function suiteTimes({ wallMs, files }: RunTimes): Measured {
  const all = Object.entries(files)
  const total = sum(all.map(([, file]) => file))
  const rooms = [...new Set(all.map(([name]) => roomOf(name)))].map((room): Named => [
    room,
    sum(all.filter(([name]) => roomOf(name) === room).map(([, file]) => file)),
  ])
  const line = ([name, file]: Named): string =>
    [
      secondsIn(msOf(file)).padStart(9),
      `${((100 * msOf(file)) / msOf(total)).toFixed(1)} %`.padStart(8),
      `${file.tests} tests`.padStart(11),
      ` ${name}`,
    ].join(' ')
  const sideBySide = msOf(total) / wallMs
  const [longestRooms, longestFiles] = [rooms, all].map((some) => some.sort(byTime)) as [Named[], Named[]]
  return {
    lines: [
      `The last whole run took ${secondsIn(wallMs)}; its ${total.tests} tests and their hooks took ${secondsIn(msOf(total))}: ${sideBySide.toFixed(1)} went on at a time.`,
      '',
      ...longestRooms.map(line),
      '',
      `The ${Math.min(shown, all.length)} longest of ${all.length} files:`,
      ...longestFiles.slice(0, shown).map(line),
    ],
    data: { wallMs, sideBySide, rooms: Object.fromEntries(rooms) },
  }
}

type Named = [string, FileTimes]

const byTime = (one: Named, other: Named): number => msOf(other[1]) - msOf(one[1])

/** `runner/machine` of runner/machine/clones. */
const roomOf = (name: string): string => name.split('/').slice(0, -1).slice(0, 2).join('/')

const msOf = ({ testMs, hookMs }: FileTimes): number => testMs + hookMs

const sum = (files: readonly FileTimes[]): FileTimes => ({
  tests: files.reduce((before, { tests }) => before + tests, 0),
  testMs: files.reduce((before, { testMs }) => before + testMs, 0),
  hookMs: files.reduce((before, { hookMs }) => before + hookMs, 0),
})
