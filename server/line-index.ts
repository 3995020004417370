/** Where the lines of a text of any size are: newlines counted chunk by chunk, so that reading a few leads to any line. */
import type { Readable } from 'node:stream'
import { beginsSection, ownLine } from '../core/log-marks.ts'

/** Bytes that are counted together: what has to be read at most to find a line. */
export const chunkSize = 64 * 1024

/** A step of a runner in a log, which begins at `line`, counted from 1. */
export interface Section {
  line: number
  title: string
}

export interface LineIndex {
  /** Newlines before each chunk, the last of which may be a part; behind them the newlines in all. */
  newlines: readonly number[]
  sections: readonly Section[]
}

/** Bytes, and any stretch of them. */
export interface ByteSource {
  size: number
  /** The bytes from `start` up to and without `end`. */
  read: (start: number, end: number) => Readable
}

export const emptyIndex: LineIndex = { newlines: [0], sections: [] }

/** Bytes behind a newline that tell whether a section begins, and how many of those are kept. */
const limits = { title: 200, sections: 100 }

/** Whole chunks of a text of `size` bytes which no later byte can change: a title may end in the chunk behind. */
export const settledChunks = (size: number): number =>
  Math.max(0, Math.floor((size - limits.title) / chunkSize))

/** `index` with the chunks behind it up to `chunks`, read one at a time. */
export async function extendIndex(index: LineIndex, source: ByteSource, chunks: number): Promise<LineIndex> {
  const newlines = [...index.newlines]
  const sections = [...index.sections]
  for (let chunk = newlines.length - 1; chunk < chunks; chunk++) {
    const start = chunk * chunkSize
    const bytes = await bytesOf(source, start, Math.min(source.size, start + chunkSize + limits.title))
    const before = newlines.at(-1) ?? 0
    const end = Math.min(bytes.length, chunkSize)
    if (start === 0) note(sections, bytes, 0, 1)
    let count = before
    for (let at = bytes.indexOf(newline); at >= 0 && at < end; at = bytes.indexOf(newline, at + 1))
      note(sections, bytes, at + 1, (count += 1) + 1)
    newlines.push(count)
  }
  return { newlines, sections }
}

/** The index of all of `source`, from one of its beginning. */
export const completeIndex = (index: LineIndex, source: ByteSource): Promise<LineIndex> =>
  extendIndex(index, source, Math.ceil(source.size / chunkSize))

/** The byte that line `line` begins with; null where there are fewer lines. */
export async function offsetOf(
  source: ByteSource,
  { newlines }: LineIndex,
  line: number,
): Promise<number | null> {
  const passed = line - 1
  if (passed === 0) return 0
  if (passed > (newlines.at(-1) ?? 0)) return null
  const chunk = lastBelow(newlines, passed)
  const start = chunk * chunkSize
  const bytes = await bytesOf(source, start, Math.min(source.size, start + chunkSize))
  let at = -1
  for (let left = passed - (newlines[chunk] ?? 0); left > 0; left--) at = bytes.indexOf(newline, at + 1)
  const offset = start + at + 1
  return offset < source.size ? offset : null
}

/** All bytes from `start` up to `end`: for stretches that are known to be small. */
export async function bytesOf({ read }: ByteSource, start: number, end: number): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of read(start, end)) if (Buffer.isBuffer(chunk)) parts.push(chunk)
  return Buffer.concat(parts)
}

export const newline = 0x0a
const mark = Buffer.from(ownLine)

/** Notes the section that begins at byte `at`, if one does. */
function note(sections: Section[], bytes: Buffer, at: number, line: number): void {
  if (bytes[at] !== mark[0] || sections.length >= limits.sections) return
  const [title = ''] = bytes.toString('utf8', at, at + limits.title).split('\n')
  if (beginsSection(title)) sections.push({ line, title: title.slice(ownLine.length) })
}

/** Index of the last of the ascending `numbers` that is below `bound`; the first of them always is. */
function lastBelow(numbers: readonly number[], bound: number): number {
  let [low, high] = [0, numbers.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((numbers[middle] ?? 0) < bound) low = middle
    else high = middle - 1
  }
  return low
}
