/**
 * Broken and oversized inputs for everything that reads what strangers send: none may end a reader otherwise than by its
 * refusal, or hold the loop that reads it. FUZZ_INPUTS says how many there are, FUZZ_SEED which.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askOddly } from './fuzz/git-requests.ts'
import { diceOf, mutated, swollen } from './fuzz/mutate.ts'
import { isRefusal, readers, type Reader } from './fuzz/readers.ts'
import { readOddTars } from './fuzz/tars.ts'
import { WrongUse, type Measured } from './measured.ts'

const inputs = wholeNumber('FUZZ_INPUTS', 100_000)
const seed = wholeNumber('FUZZ_SEED', 1)

function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name] ?? String(otherwise)
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new WrongUse(`${name} is a whole number from 1 to 9999999`)
  return Number(text)
}

/** Milliseconds of a processor that one text may take: in a loop that others wait for, and in a thread with its deadline. */
const bounds = { loop: 100, thread: 30_000 }
/** Of so many texts of a reader one is as large as one may be. */
const largeOnes = { loop: 50, thread: 400 }

interface Finding {
  what: 'crash' | 'stand-still'
  reader: string
  text: string
  words: string
}

interface Row {
  name: string
  texts: number
  refused: number
  slowestMs: number
  slowestSize: number
}

export async function benchFuzz(): Promise<Measured> {
  const each = Math.ceil(inputs / readers.length)
  const findings: Finding[] = []
  const rows = readers.map((reader, at) =>
    tryOut(reader, { from: seed * 1_000_000 + at * each, each, findings }),
  )
  const tars = await readOddTars(Math.ceil(inputs / 50), seed)
  const git = await askOddly(Math.ceil(inputs / 100), seed)
  for (const words of tars.wrong)
    findings.push({ what: 'crash', reader: 'output of a machine', text: '', words })
  for (const words of git.wrong) findings.push({ what: 'crash', reader: 'a real server', text: '', words })
  const kept = await keep(findings)
  if (findings.length > 0) process.exitCode = 1
  const count = (what: Finding['what']): number => findings.filter((one) => one.what === what).length
  const total = rows.reduce((sum, { texts }) => sum + texts, 0)
  return {
    lines: [
      `${total} texts for ${readers.length} readers, seed ${seed}: ${count('crash')} crashes, ${count('stand-still')} stand-stills (aim: 0 and 0)`,
      `${'reader'.padEnd(24)} ${'texts'.padStart(6)} ${'refused'.padStart(8)} ${'slowest ms'.padStart(11)} of characters`,
      ...rows.map(
        ({ name, texts, refused, slowestMs, slowestSize }) =>
          `${name.padEnd(24)} ${String(texts).padStart(6)} ${`${Math.round((100 * refused) / texts)} %`.padStart(8)} ${slowestMs.toFixed(1).padStart(11)} ${slowestSize}`,
      ),
      `${tars.archives} archives that machines wrote, ${tars.wrong.length} of which ended their reader`,
      `${git.requests} requests of git and browsers to a real server, ${git.answered} answered as they deserve`,
      ...kept,
    ],
    data: { seed, total, crashes: count('crash'), standStills: count('stand-still'), rows },
  }
}

interface Trial {
  from: number
  each: number
  findings: Finding[]
}

function tryOut(reader: Reader, { from, each, findings }: Trial): Row {
  const row: Row = { name: reader.name, texts: each, refused: 0, slowestMs: 0, slowestSize: 0 }
  const kind = reader.inLoop ? 'loop' : 'thread'
  for (let number = 0; number < each; number++) {
    const dice = diceOf(from + number)
    const broken = number === 0 ? reader.sample : mutated(reader.sample, dice)
    const large = number % largeOnes[kind] === 1
    const text = (large ? swollen(broken, reader.most, dice) : broken).slice(0, reader.most)
    const { refused, crash, ...first } = readOnce(reader, text)
    let { ms } = first
    // What was the collector of garbage, or a first time, is not that long again.
    for (let again = 0; again < 2 && ms > bounds[kind]; again++) ms = Math.min(ms, readOnce(reader, text).ms)
    if (number === 0 && refused)
      findings.push({ what: 'crash', reader: reader.name, text, words: 'the sample itself is refused' })
    if (refused) row.refused += 1
    if (ms > row.slowestMs) Object.assign(row, { slowestMs: ms, slowestSize: text.length })
    if (crash !== null) findings.push({ what: 'crash', reader: reader.name, text, words: crash })
    else if (ms > bounds[kind])
      findings.push({ what: 'stand-still', reader: reader.name, text, words: `${Math.round(ms)} ms` })
  }
  return row
}

function readOnce(reader: Reader, text: string): { refused: boolean; ms: number; crash: string | null } {
  const begun = process.cpuUsage()
  const took = (): number => {
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1000
  }
  try {
    const refused = reader.read(text) === true
    return { refused, ms: took(), crash: null }
  } catch (error) {
    if (isRefusal(error)) return { refused: true, ms: took(), crash: null }
    return {
      refused: false,
      ms: took(),
      crash: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }
  }
}

const mostKept = 20

/** Writes what was found to files, the first of each reader and kind, and says where they are. */
async function keep(findings: readonly Finding[]): Promise<string[]> {
  const firsts = [...new Map(findings.toReversed().map((one) => [`${one.what} ${one.reader}`, one])).values()]
  if (firsts.length === 0) return []
  const folder = join(tmpdir(), `assay-fuzz-${seed}`)
  await mkdir(folder, { recursive: true })
  return Promise.all(
    firsts.slice(0, mostKept).map(async ({ what, reader, text, words }) => {
      const file = join(folder, `${what}-${reader.replaceAll(/[^A-Za-z0-9]+/g, '-')}`)
      await writeFile(file, text)
      return `${what} of ${reader}: ${words.split('\n').slice(0, 3).join(' | ')} (${file})`
    }),
  )
}
