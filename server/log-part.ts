/** A part of a log, or of any text, as numbered lines, whatever its size: only a window of it is ever held. */
import { bytesOf, chunkSize, newline, offsetOf, type ByteSource, type LineIndex } from './line-index.ts'

/** A text whose lines can be found. */
export interface LineSource extends ByteSource {
  lines: () => Promise<LineIndex>
}

export interface LogPart {
  /** Number of the first line in `lines`; lines count from 1. */
  firstLine: number
  /** As they were written, control sequences and all. */
  lines: string[]
  /** Bytes of the log that `lines` end at: where a live log goes on. */
  offset: number
  /** Bytes in all. */
  size: number
}

/** Bytes of a log that are held at a time, and lines of them that are shown. */
export const logLimits = { window: 256 * 1024, lines: 500 }

/** The end of a log. `growing`: it is still being written, so a last line without its newline is left for later. */
export async function logTail(source: LineSource, growing: boolean): Promise<LogPart> {
  const { newlines } = await source.lines()
  const chunk = Math.max(0, Math.floor((source.size - logLimits.window) / chunkSize))
  const start = chunk * chunkSize
  const window = await bytesOf(source, start, source.size)
  const end = growing ? lastLineEnd(window) : window.length
  const pieces = split(window.subarray(0, end))
  const lines = pieces.slice(-logLimits.lines)
  return {
    firstLine: (newlines[chunk] ?? 0) + pieces.length - lines.length + 1,
    lines,
    offset: start + end,
    size: source.size,
  }
}

/** A log from line `line` on; null when it has no such line. */
export async function logFrom(source: LineSource, line: number): Promise<LogPart | null> {
  const start = await offsetOf(source, await source.lines(), line)
  if (start === null || start >= source.size) return null
  const window = await bytesOf(source, start, Math.min(source.size, start + logLimits.window))
  const end = start + window.length < source.size ? lastLineEnd(window) : window.length
  const shown = window.subarray(0, endOfLines(window.subarray(0, end), logLimits.lines))
  return { firstLine: line, lines: split(shown), offset: start + shown.length, size: source.size }
}

/** How many lines a text has: one without a newline at its end counts. */
export async function countLines(source: LineSource): Promise<number> {
  const { newlines } = await source.lines()
  const last = await bytesOf(source, Math.max(0, source.size - 1), source.size)
  return (newlines.at(-1) ?? 0) + (last.length > 0 && last[0] !== newline ? 1 : 0)
}

/** Where the last whole line of `window` ends; all of it when one line fills it, so that a live log always goes on. */
export const lastLineEnd = (window: Buffer, longest = logLimits.window): number =>
  window.includes(newline) || window.length < longest ? window.lastIndexOf(newline) + 1 : window.length

/** The lines of `window`, without their newlines. */
export function split(window: Buffer): string[] {
  const pieces = window.toString().split('\n')
  if (pieces.at(-1) === '') pieces.pop()
  return pieces
}

/** Where the first `many` lines of `window` end. */
function endOfLines(window: Buffer, many: number): number {
  let end = 0
  for (let left = many; left > 0 && end < window.length; left--) {
    const at = window.indexOf(newline, end)
    end = at < 0 ? window.length : at + 1
  }
  return end
}
