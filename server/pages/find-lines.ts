/** Finds the lines of a text that hold some words: streamed, and only so much of it at a time. */
import { newline, offsetOf } from '../line-index.ts'
import { logLimits, split, type LineSource } from '../log-part.ts'
import { plain } from './terminal-text.ts'

export interface Found {
  /** What was looked for. */
  words: string
  hits: { line: number; text: string }[]
  /** The line to go on with; null when the rest was searched too. */
  next: number | null
}

/** Bytes that one request looks at, lines that it finds, and characters that are shown of each. */
export const findLimits = { bytes: 32 * 1024 ** 2, hits: 200, before: 80, shown: 400 }

/** The lines from `from` on that hold `words`, in capitals or not, as a reader sees them, in the next `bytes`. */
export async function findLines(
  source: LineSource,
  words: string,
  from: number,
  bytes = findLimits.bytes,
): Promise<Found> {
  const start = await offsetOf(source, await source.lines(), from)
  const found: Found = { words, hits: [], next: null }
  if (start === null) return found
  const end = Math.min(source.size, start + bytes)
  const isRest = end === source.size
  const wanted = words.toLowerCase()
  let line = from
  for await (const batch of batches(source.read(start, end), isRest))
    for (const written of batch) {
      if (found.hits.length >= findLimits.hits) return { ...found, next: line }
      const text = plain(written)
      const at = text.toLowerCase().indexOf(wanted)
      if (at >= 0) found.hits.push({ line, text: around(text, at) })
      line += 1
    }
  // An endless line is left behind all the same.
  return isRest ? found : { ...found, next: Math.max(line, from + 1) }
}

/** What stands around character `at` of a line. */
function around(text: string, at: number): string {
  const from = text.length <= findLimits.shown ? 0 : Math.max(0, at - findLimits.before)
  const end = from + findLimits.shown
  return `${from > 0 ? '… ' : ''}${text.slice(from, end)}${end < text.length ? ' …' : ''}`
}

/** The lines in `chunks`, many at a time; a last one without its newline too if `isRest`. Only the beginning of an endless one is held. */
async function* batches(chunks: AsyncIterable<unknown>, isRest: boolean): AsyncGenerator<string[]> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) continue
    const end = chunk.lastIndexOf(newline) + 1
    if (end > 0) {
      yield split(Buffer.concat([rest, chunk.subarray(0, end)]))
      rest = Buffer.alloc(0)
    }
    if (rest.length < logLimits.window) rest = Buffer.concat([rest, chunk.subarray(end)])
  }
  if (isRest && rest.length > 0) yield split(rest)
}
