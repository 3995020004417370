/** A part of a log as numbered lines, whatever its size: only a window of it is ever held. */
import type { ByteSource } from './byte-source.ts'
import { readable } from './terminal-text.ts'

export interface LogPart {
  /** Number of the first line in `lines`; lines count from 1. */
  firstLine: number
  lines: string[]
  /** Bytes of the log that `lines` end at: where a live log goes on. */
  offset: number
  /** Bytes in all. */
  size: number
}

/** Bytes of a log that are held at a time, and lines of them that are shown. */
export const logLimits = { window: 256 * 1024, lines: 500 }

/** The end of a log. `growing`: it is still being written, so a last line without its newline is left for later. */
export async function logTail(source: ByteSource, growing: boolean): Promise<LogPart> {
  const start = Math.max(0, source.size - logLimits.window)
  const before = await countNewlines(source.read(0, start))
  const window = await whole(source.read(start, source.size))
  const end = growing ? lastLineEnd(window) : window.length
  const pieces = split(window.subarray(0, end))
  const lines = pieces.slice(-logLimits.lines)
  return {
    firstLine: before + pieces.length - lines.length + 1,
    lines: lines.map(readable),
    offset: start + end,
    size: source.size,
  }
}

/** A log from line `line` on; null when it has no such line. */
export async function logFrom(source: ByteSource, line: number): Promise<LogPart | null> {
  const start = await offsetOf(source, line)
  if (start === null || start >= source.size) return null
  const window = await whole(source.read(start, Math.min(source.size, start + logLimits.window)))
  const lines = split(window).slice(0, logLimits.lines)
  const end = lines.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, start)
  return {
    firstLine: line,
    lines: lines.map(readable),
    offset: Math.min(end, source.size),
    size: source.size,
  }
}

/** Where the last whole line of `window` ends; all of it when one line fills it, so that a live log always goes on. */
export const lastLineEnd = (window: Buffer, longest = logLimits.window): number =>
  window.includes(newline) || window.length < longest ? window.lastIndexOf(newline) + 1 : window.length

const newline = 0x0a

/** The lines of `window`, without their newlines. */
export function split(window: Buffer): string[] {
  const pieces = window.toString().split('\n')
  if (pieces.at(-1) === '') pieces.pop()
  return pieces
}

/** The byte that line `line` begins with. */
async function offsetOf({ read, size }: ByteSource, line: number): Promise<number | null> {
  let toSkip = line - 1
  let passed = 0
  if (toSkip === 0) return 0
  for await (const chunk of buffers(read(0, size))) {
    for (let at = -1; (at = chunk.indexOf(newline, at + 1)) >= 0;)
      if ((toSkip -= 1) === 0) return passed + at + 1
    passed += chunk.length
  }
  return null
}

async function countNewlines(chunks: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const chunk of buffers(chunks))
    for (let at = -1; (at = chunk.indexOf(newline, at + 1)) >= 0;) count++
  return count
}

export async function whole(chunks: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of buffers(chunks)) parts.push(chunk)
  return Buffer.concat(parts)
}

async function* buffers(chunks: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) yield chunk
}
