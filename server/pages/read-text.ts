/** What a page shows of a text of any size: the lines that were asked for, or where some words are. */
import type { Section } from '../line-index.ts'
import { findLines, type Found } from './find-lines.ts'
import { countLines, logFrom, logLimits, type LineSource, type LogPart } from '../log-part.ts'
import type { LineRange } from './numbered-lines.ts'

/** What of a text is asked for. */
export interface TextAsked {
  /** Lines to point at. */
  line?: LineRange | undefined
  /** The line to begin with. */
  from?: number | undefined
  find?: string | undefined
}

export interface TextView {
  part: LogPart
  /** Lines in all. */
  total: number
  sections: readonly Section[]
  marked: LineRange | null
  found: Found | null
}

/** Lines that are shown before those that are pointed at. */
const before = 10

export async function readText(source: LineSource, { line, from, find }: TextAsked): Promise<TextView> {
  const [total, { sections }] = [await countLines(source), await source.lines()]
  const wanted = from ?? (line ? Math.max(1, line.from - before) : 1)
  const first = wanted <= total ? wanted : lastWindow(total)
  return {
    part: (await logFrom(source, first)) ?? { firstLine: 1, lines: [], offset: 0, size: source.size },
    total,
    sections,
    marked: line ?? null,
    found: find === undefined ? null : await findLines(source, find, from ?? 1),
  }
}

/** Where the last lines begin that one page shows. */
export const lastWindow = (total: number): number => Math.max(1, total - logLimits.lines + 1)
