/**
 * What of a collection of real checks is read, skipped and refused, and how long reading takes over parsing their YAML
 * alone. The collection has dep8/NAME.control, tmt/PROJECT/, sti/PROJECT/ and gating/NAME.yaml. With --write, docs/formats.md
 * gets the table.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readDep8 } from '../core/formats/dep8.ts'
import { readGating } from '../core/formats/gating.ts'
import type { Entry } from '../core/formats/manifest-file.ts'
import { fmfMarker, isStiFile } from '../core/formats/manifest-name.ts'
import { readSource } from '../core/formats/source.ts'
import { readSti } from '../core/formats/sti/read-sti.ts'
import { readTmt } from '../core/formats/tmt/read-tmt.ts'
import type { Reading } from '../core/check.ts'
import { fileEntry, metadataIn } from '../runner/fmf-entries.ts'
import { median, WrongUse, type Measured } from './measured.ts'

const page = fileURLToPath(new URL('../../docs/formats.md', import.meta.url))
const marks = ['<!-- made by npm run bench -- formats --write: begin -->', '<!-- end -->'] as const
const mostBytes = 2 * 1024 ** 2
const rounds = 5

/** One source package's control file, or one project. */
interface Item {
  format: string
  read: () => Reading & { notes?: readonly string[]; awaited?: Reading['skipped'] }
  /** Texts of YAML, for the baseline. */
  yaml: readonly string[]
}

interface Told {
  format: string
  items: number
  /** Items that nothing was refused in. */
  whole: number
  checks: number
  /** How many checks, or tests in one, are left out, by the reason. */
  skipped: Map<string, number>
  refused: Map<string, number>
  /** What else whoever pushes it is told. */
  said: Map<string, number>
}

export async function benchFormats({
  corpus,
  write,
}: {
  corpus?: string
  write?: boolean
}): Promise<Measured> {
  if (corpus === undefined) throw new WrongUse('say where the collection is: --corpus FOLDER')
  const items = [
    ...(await dep8In(corpus)),
    ...(await projectsIn(corpus, 'tmt')),
    ...(await projectsIn(corpus, 'sti')),
    ...(await gatingIn(corpus)),
  ]
  if (items.length === 0) throw new WrongUse(`there is no dep8/, tmt/, sti/ or gating/ in ${corpus}`)
  const told = tell(items)
  const table = tableOf(told)
  if (write === true) await writeTable(table)
  const read = items.filter(({ yaml }) => yaml.length > 0)
  const ours = time(() => read.forEach((item) => item.read()))
  const parsing = time(() => read.forEach(({ yaml }) => yaml.forEach(readSource)))
  const ratio = ours / parsing
  const speed = `Reading all that is YAML took ${ours.toFixed(0)} ms, ${ratio.toFixed(1)} times as long as parsing it alone.`
  const counts = told.map(({ skipped, refused, said, ...rest }) => ({
    ...rest,
    skipped: Object.fromEntries(skipped),
    refused: Object.fromEntries(refused),
    said: Object.fromEntries(said),
  }))
  return { lines: [...table, '', speed], data: { formats: counts, ms: ours, parsingMs: parsing, ratio } }
}

async function dep8In(corpus: string): Promise<Item[]> {
  const folder = join(corpus, 'dep8')
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.control'))
  return Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8')
      const repository = { namespace: 'deb', name: basename(name, '.control') }
      const read = (): Reading => readDep8(text, { file: 'debian/tests/control', repository, source: null })
      return { format: 'DEP-8', yaml: [], read }
    }),
  )
}

async function gatingIn(corpus: string): Promise<Item[]> {
  const folder = join(corpus, 'gating')
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.yaml'))
  return Promise.all(
    files.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8')
      const read = () => ({ checks: [], skipped: [], ...readGating(text) })
      return { format: 'gating', yaml: [], read }
    }),
  )
}

async function projectsIn(corpus: string, format: 'tmt' | 'sti'): Promise<Item[]> {
  const folder = join(corpus, format)
  const items: Item[] = []
  for (const project of await readdir(folder).catch(() => [])) {
    const root = join(folder, project)
    const entries = format === 'tmt' ? await metadataIn(root) : await playbooksIn(root)
    const yaml = [...entries.values()].map(({ bytes }) => (bytes ? Buffer.from(bytes).toString() : ''))
    // Collections leave out what is the same in all of them.
    if (format === 'tmt') entries.set(fmfMarker, { kind: 'file', size: 2, bytes: Buffer.from('1\n') })
    const read = () => (format === 'tmt' ? readTmt : readSti)(entries, { repository: null })
    items.push({ format: format === 'tmt' ? 'tmt/fmf' : 'STI', yaml, read })
  }
  return items
}

async function playbooksIn(root: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  for (const name of await readdir(join(root, 'tests')).catch(() => [])) {
    const path = `tests/${name}`
    const entry = isStiFile(path) ? await fileEntry(root, path, mostBytes) : null
    if (entry) entries.set(path, entry)
  }
  return entries
}

function tell(items: readonly Item[]): Told[] {
  const told = new Map<string, Told>()
  for (const { format, read } of items) {
    const none: Told = {
      ...{ format, items: 0, whole: 0, checks: 0 },
      ...{ skipped: new Map(), refused: new Map(), said: new Map() },
    }
    const one = told.get(format) ?? none
    told.set(format, one)
    const { checks, skipped, awaited = [], faults, notes = [] } = read()
    one.items += 1
    one.whole += faults.length === 0 ? 1 : 0
    one.checks += checks.length
    for (const { reason } of [...skipped, ...awaited]) count(one.skipped, reason)
    for (const note of notes.map((text) => text.replace(/^check \S+: /, ''))) {
      const [, more] = /^and (\d+) more$/.exec(note) ?? []
      if (more !== undefined) count(one.skipped, 'it is one of more in a plan than are listed', Number(more))
      else count(note.includes(' is skipped: ') ? one.skipped : one.said, note)
    }
    for (const { message } of faults) count(one.refused, message)
  }
  return [...told.values()]
}

/** Reasons that differ only in whose they are count as one. */
function count(reasons: Map<string, number>, reason: string, times = 1): void {
  const alike = reason
    .replaceAll(/\s+/g, ' ')
    .replace(/^test \S+( is skipped)?: /, '(a test) ')
    .replace(/\bit is disabled: .*/, 'it is disabled')
    .replace(/another repository \([^)]*\)/, 'another repository')
    .replace(/\bthe library \S+ of /, 'a library: ')
    .replace(/https?:\S+ is not fetched yet/, 'another repository is fetched at the push')
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/\([a-z][a-z0-9.-]*(, [a-z][a-z0-9.-]*)+\)/g, '(…)')
    .replaceAll(/\b\d+\b/g, 'N')
    .replaceAll('|', '\\|')
  const short = alike.length > 110 ? `${alike.slice(0, 110)}…` : alike
  reasons.set(short, (reasons.get(short) ?? 0) + times)
}

function tableOf(told: readonly Told[]): string[] {
  const rows = told.map(
    ({ format, items, whole, checks, skipped }) =>
      `| ${format} | ${items} | ${whole} | ${checks} | ${[...skipped.values()].reduce((sum, one) => sum + one, 0)} |`,
  )
  const reasons = told.flatMap(({ format, skipped, refused, said }) => [
    ...byCount(skipped).map(([reason, times]) => `| ${format} | skipped | ${times} | ${reason} |`),
    ...byCount(refused).map(([reason, times]) => `| ${format} | refused | ${times} | ${reason} |`),
    ...byCount(said).map(([reason, times]) => `| ${format} | said | ${times} | ${reason} |`),
  ])
  return [
    '| format | files or projects | read without a mistake | checks | left out, whole or in part |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    '| format | | times | why |',
    '|---|---|---|---|',
    ...reasons,
  ]
}

const byCount = (reasons: Map<string, number>): [string, number][] =>
  [...reasons].sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1))

async function writeTable(table: readonly string[]): Promise<void> {
  const text = await readFile(page, 'utf8')
  const [begin, end] = marks.map((mark) => text.indexOf(mark))
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new WrongUse(`${page} has no marks`)
  const kept = [text.slice(0, begin + marks[0].length), ...table, text.slice(end)]
  await writeFile(
    page,
    kept.join('\n').replace(`${marks[0]}\n`, `${marks[0]}\n\n`).replace(`\n${marks[1]}`, `\n\n${marks[1]}`),
  )
}

function time(work: () => void): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return median(times)
}
