/** TAP 14, and the older TAP that it understands: subtests, diagnostics, todo, skip, plans, bailing out. Pure. */
import { readSource } from '../formats/source.ts'
import { gatherer, type Found } from './gather.ts'
import type { ParsedResults } from './results.ts'

const most = {
  depth: 20,
  points: 5000,
  lines: 200_000,
  line: 64 * 1024,
  diagnostics: 64 * 1024,
  allDiagnostics: 512 * 1024,
}

/** One level of tests: the whole stream, or a subtest whose own line has not come yet. */
interface Level {
  points: Found[]
  count: number
  highest: number
  /** null: none was said. */
  plan: number | null
  skipAll: string | null
  /** The subtest that the next point sums up. */
  inner: Level | null
}

const newLevel = (): Level => ({
  points: [],
  count: 0,
  highest: 0,
  plan: null,
  skipAll: null,
  inner: null,
})

const point = /^(not )?ok\b(?:[ \t]+(\d{1,9})\b)?/
const directive = /(?<!\\)#[ \t]*(todo|skip)/i
const plan = /^1\.\.(\d{1,9})\b[ \t]*(?:#(.*))?/

/**
 * The results in `text`, a check's whole output: what is no TAP is passed over. A plan that was not kept, or none at all,
 * is a failed result called `plan`.
 */
export function parseTap(text: string): ParsedResults {
  const levels: [Level, ...Level[]] = [newLevel()]
  const budget = { points: most.points, diagnostics: most.allDiagnostics }
  let last: { found: Found; indent: number } | null = null
  let bailed: string | null = null
  const lines = linesOf(text)
  for (let at = 0; at < lines.length && bailed === null; at++) {
    const line = lines[at] ?? ''
    if (line.length > most.line) continue
    const content = line.trimStart()
    const indent = line.length - content.length
    if (/^---\s*$/.test(content) && last && indent === last.indent + 2) {
      const end = blockEnd(lines, at, indent)
      diagnose(
        last.found,
        lines
          .slice(at + 1, end)
          .map((one) => one.slice(indent))
          .join('\n'),
        budget,
      )
      at = end
      continue
    }
    if (/^bail out!/i.test(content))
      bailed = content.slice('Bail out!'.length).trim() || 'no reason was given'
    const depth = indent / 4
    if (!Number.isInteger(depth) || depth > most.depth) continue
    const planned = plan.exec(content)
    const tested = planned ? null : point.exec(content)
    if (!planned && !tested) continue
    const level = levelAt(levels, depth)
    if (planned) {
      level.plan ??= Number(planned[1])
      if (level.plan === 0) level.skipAll = reasonIn((planned[2] ?? '').trim())
    } else if (tested && budget.points-- > 0) last = { found: addPoint(level, tested, content), indent }
  }
  levelAt(levels, 0)
  const [whole] = levels
  const gather = gatherer()
  if (lines.length === most.lines) gather.note(`Only the first ${most.lines} lines of the output were read.`)
  if (budget.points < 0) gather.note(`Only the first ${most.points} lines of TAP were read.`)
  for (const found of [...closed(whole, bailed !== null), ...bailOut(bailed)]) gather.add(found)
  return gather.gathered()
}

/** A text of nothing but newlines must not become millions of strings. */
function linesOf(text: string): string[] {
  const lines: string[] = []
  for (let start = 0; start < text.length && lines.length < most.lines;) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    if (end > start) lines.push(text.slice(start, text[end - 1] === '\r' ? end - 1 : end))
    start = end + 1
  }
  return lines
}

function blockEnd(lines: readonly string[], from: number, indent: number): number {
  const end = `${' '.repeat(indent)}...`
  let at = from + 1
  while (at < lines.length && lines[at]?.trimEnd() !== end && lines[at]?.startsWith(' '.repeat(indent))) at++
  // Without its last line it ends where the text is no longer as far in.
  return lines[at]?.trimEnd() === end ? at : at - 1
}

/** The level that a line so far in belongs to: deeper ones are over, and wait for the point that sums them up. */
function levelAt(levels: [Level, ...Level[]], depth: number): Level {
  while (levels.length > depth + 1) {
    const inner = levels.pop()
    const outer = levels.at(-1)
    if (!inner || !outer) break
    if (outer.inner) outer.points.push(...inside('subtest', outer.inner, false))
    outer.inner = inner
  }
  while (levels.length <= depth) levels.push(newLevel())
  return levels[depth] ?? levels[0]
}

/** `number` and what else stands in the line of a point. */
function addPoint(level: Level, [head, not, number]: RegExpExecArray, line: string): Found {
  level.count++
  level.highest = Math.max(level.highest, Number(number ?? level.count))
  const words = line.slice(head.length).trim().replace(/^-\s+/, '')
  const found = directive.exec(words)
  const name = (found ? words.slice(0, found.index) : words).replaceAll(/\\([\\#])/g, '$1').trim()
  const kind = found?.[1]?.toLowerCase()
  const reason = found ? reasonIn(words.slice(found.index + found[0].length)) : ''
  const own: Found = {
    path: [name || (number ?? String(level.count))],
    outcome: kind === 'skip' ? 'skipped' : not === undefined ? 'passed' : kind === 'todo' ? 'info' : 'failed',
    ...(kind !== undefined && { note: `${kind}${reason === '' ? '' : `: ${reason}`}` }),
  }
  if (level.inner) level.points.push(...inside(own.path[0] ?? '', level.inner, kind !== undefined))
  level.inner = null
  level.points.push(own)
  return own
}

/** Behind `# skip`, which may be written `# SKIPPED:`. */
const reasonIn = (text: string): string => text.replace(/^\S{0,10}/, '').trim()

/** The points of a subtest. What a todo or a skip sums up fails nothing. */
const inside = (name: string, inner: Level, isExcused: boolean): Found[] =>
  closed(inner, false).map((found) => ({
    ...found,
    path: [name, ...found.path],
    outcome: isExcused && found.outcome === 'failed' ? 'info' : found.outcome,
  }))

function closed(level: Level, isBailed: boolean): Found[] {
  const left = level.inner ? inside('subtest', level.inner, false) : []
  const points = [...level.points, ...left]
  const wrong = isBailed ? null : planFault(level)
  if (level.skipAll !== null && wrong === null)
    return [
      { path: ['all'], outcome: 'skipped', note: `skip${level.skipAll === '' ? '' : `: ${level.skipAll}`}` },
    ]
  return wrong === null ? points : [...points, { path: ['plan'], outcome: 'failed', note: wrong }]
}

function planFault({ plan: planned, count, highest }: Level): string | null {
  if (planned === null)
    return count === 0 ? 'The output holds no TAP.' : 'The plan is missing: a line such as 1..3.'
  if (planned !== count) return `${planned} tests were planned, ${count} were run.`
  return highest > planned ? `Test ${highest} is not in the plan of ${planned}.` : null
}

const bailOut = (reason: string | null): Found[] =>
  reason === null ? [] : [{ path: ['bail-out'], outcome: 'failed', note: `Bail out! ${reason}` }]

/** YAML below a point: its plain values as data, its message as the note. What is no YAML is kept as it is. */
function diagnose(found: Found, text: string, budget: { diagnostics: number }): void {
  budget.diagnostics -= text.length
  if (text.length > most.diagnostics || budget.diagnostics < 0) return
  const { data, faults } = readSource(text)
  const isMap = typeof data === 'object' && data !== null && !Array.isArray(data) && faults.length === 0
  const fields = isMap
    ? Object.entries(data).map(([key, value]) => [key, plain(value)] as const)
    : [['diagnostic', text] as const]
  found.data = Object.fromEntries(fields)
  const message = fields.find(([key]) => key === 'message')?.[1]
  if (message !== undefined && !found.note) found.note = message
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))
