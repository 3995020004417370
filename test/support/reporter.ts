/**
 * Mocha's own specification, with how far the run is; below it the slowest tests and one line that any program can read.
 * Leaves where the time went in data/, for `npm run bench -- suite` and for the order of the next run's files.
 */
import mocha from 'mocha'
import { keepTimes, secondsIn, type FileTimes } from './times.ts'

const shown = 10

export default class Reporter extends mocha.reporters.Spec {
  readonly #files = new Map<string, FileTimes>()
  readonly #slowest: { title: string; ms: number }[] = []
  readonly #wholeRun = process.env['ASSAY_TEST_WHOLE'] === 'yes'
  #done = 0

  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options)
    // Of parallel processes each file has a root of its own, whose events come when it is done.
    runner.on('suite', ({ root }) => {
      if (root) this.#tellProgress()
    })
    runner.on('hook end', ({ file, duration = 0 }) => {
      this.#timesOf(file).hookMs += duration
    })
    for (const event of ['pass', 'fail'] as const)
      runner.on(event, (test: mocha.Test) => {
        const { file, duration: ms = 0 } = test
        const times = this.#timesOf(file)
        times.tests += 1
        times.testMs += ms
        this.#slowest.push({ title: test.fullTitle(), ms })
      })
  }

  #timesOf(file = ''): FileTimes {
    const times = this.#files.get(file) ?? { tests: 0, testMs: 0, hookMs: 0 }
    this.#files.set(file, times)
    return times
  }

  #tellProgress(): void {
    this.#done += 1
    const all = Number(process.env['ASSAY_TEST_FILES'] ?? 0)
    if (all > 1) process.stdout.write(`\n[file ${this.#done} of ${all}]\n`)
  }

  override epilogue(): void {
    super.epilogue()
    const { passes, failures, duration = 0 } = this.stats
    const slowest = this.#slowest.sort((one, other) => other.ms - one.ms).slice(0, shown)
    if (passes > shown) {
      process.stdout.write(`The slowest ${slowest.length} of ${passes + failures} tests:\n`)
      for (const { title, ms } of slowest) process.stdout.write(`${secondsIn(ms).padStart(8)}  ${title}\n`)
      process.stdout.write('\n')
    }
    if (this.#wholeRun) keepTimes({ wallMs: duration, files: Object.fromEntries(this.#files) })
    process.stdout.write(`${passes} passed, ${failures} failed\n`)
  }
}
