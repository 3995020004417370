/** What the driver of a plan writes down in the machine, test by test: lines that a hostile test may have written, too. Pure. */
import { tmtOutcomes, type TmtOutcome } from './result-yaml.ts'

export interface TmtRecord {
  exitCode: string
  seconds: string
  restarts: string
  isTimeout: boolean
  isAborted: boolean
  /** What its framework needs and the machine does not have. */
  absent: string | null
  /** A file that it requires and that is not there. */
  missing: string | null
  /** Where its output lies among the artifacts. */
  output: string | null
  beakerlib: { state: string; result: string } | null
  /** What the kernel was found to have said before it and in its time, and where that is kept. */
  kernel: { outcome: TmtOutcome; path: string }[]
  /** What it said by tmt-report-result. */
  reported: { name: string; outcome: TmtOutcome }[]
  /** Its own results.yaml or results.json. */
  custom: string | null
}

const most = { tests: 5000, reported: 1000, looks: 2, text: 1024 ** 2 }

/** Records by the number of their test. Each begins with `test NUMBER`; lines of no known kind are passed over. */
export function readRecords(text: string): Map<number, TmtRecord> {
  const records = new Map<number, TmtRecord>()
  let record: TmtRecord | null = null
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    const word = space < 0 ? line : line.slice(0, space)
    const rest = space < 0 ? '' : line.slice(space + 1)
    if (word === 'test') {
      record = newRecord()
      if (/^\d{1,4}$/.test(rest) && records.size < most.tests) records.set(Number(rest), record)
    } else if (record) take(record, word, rest)
  }
  return records
}

const newRecord = (): TmtRecord => ({
  ...{ exitCode: '', seconds: '', restarts: '0', isTimeout: false, isAborted: false },
  ...{ absent: null, missing: null, output: null, beakerlib: null, kernel: [], reported: [], custom: null },
})

function take(record: TmtRecord, word: string, rest: string): void {
  switch (word) {
    case 'exit':
      record.exitCode = rest
      break
    case 'seconds':
      record.seconds = rest
      break
    case 'restarts':
      record.restarts = rest
      break
    case 'timeout':
      record.isTimeout = true
      break
    case 'abort':
      record.isAborted = true
      break
    case 'absent':
    case 'missing':
    case 'output':
      record[word] = rest.slice(0, 1000)
      break
    case 'beakerlib-state':
      record.beakerlib = { result: '', ...record.beakerlib, state: rest }
      break
    case 'beakerlib-result':
      record.beakerlib = { state: '', ...record.beakerlib, result: rest }
      break
    case 'report':
      report(record, rest)
      break
    case 'dmesg':
      if (record.kernel.length < most.looks) record.kernel.push(look(rest))
      break
    case '|':
      if ((record.custom ?? '').length < most.text) record.custom = `${record.custom ?? ''}${rest}\n`
  }
}

function look(said: string): TmtRecord['kernel'][number] {
  const [, word = '', path = ''] = /^(\S+) (.*)$/.exec(said) ?? []
  return { outcome: outcomeOf(word), path: path.slice(0, 1000) }
}

const outcomeOf = (word: string): TmtOutcome =>
  Object.hasOwn(tmtOutcomes, word) ? (word as TmtOutcome) : 'error'

function report({ reported }: TmtRecord, said: string): void {
  const [, word = '', name = ''] = /^(\S+) (.*)$/.exec(said) ?? []
  if (reported.length < most.reported) reported.push({ name, outcome: outcomeOf(word.toLowerCase()) })
}
