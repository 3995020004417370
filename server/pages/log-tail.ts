/** The end of a log as numbered lines, whatever its size: only a window at its end is ever held. */
import type { ByteSource } from './byte-source.ts'
import { readable } from './terminal-text.ts'

export interface LogTail {
  /** Number of the first line in `lines`; lines count from 1. */
  firstLine: number
  lines: string[]
  /** Bytes of the log that `lines` end at: where a live log goes on. */
  offset: number
  /** Bytes in all. */
  size: number
}

/** Bytes at the end of a log that are looked at, and lines of them that are shown. */
const limits = { window: 256 * 1024, lines: 200 }

/** `growing`: the log is still being written, so a last line without its newline is left for later. */
export async function logTail(source: ByteSource, growing: boolean): Promise<LogTail> {
  const start = Math.max(0, source.size - limits.window)
  const before = await countNewlines(source.read(0, start))
  const window = await whole(source.read(start, source.size))
  const end = growing ? lastLineEnd(window) : window.length
  const pieces = window.toString('utf8', 0, end).split('\n')
  if (pieces.at(-1) === '') pieces.pop()
  const lines = pieces.slice(-limits.lines)
  return {
    firstLine: before + pieces.length - lines.length + 1,
    lines: lines.map(readable),
    offset: start + end,
    size: source.size,
  }
}

/** Where the last whole line ends; all of it when one line fills the window, so that a live log always goes on. */
const lastLineEnd = (window: Buffer): number =>
  window.includes(newline) || window.length < limits.window ? window.lastIndexOf(newline) + 1 : window.length

const newline = 0x0a

async function countNewlines(chunks: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const chunk of chunks)
    if (Buffer.isBuffer(chunk)) for (let at = -1; (at = chunk.indexOf(newline, at + 1)) >= 0; ) count++
  return count
}

async function whole(chunks: AsyncIterable<unknown>): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const chunk of chunks) if (Buffer.isBuffer(chunk)) parts.push(chunk)
  return Buffer.concat(parts)
}
