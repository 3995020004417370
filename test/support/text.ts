/** A text that is held in memory, as pages read it. */
import { Readable } from 'node:stream'
import { completeIndex, emptyIndex } from '../../server/line-index.ts'
import type { LineSource } from '../../server/log-part.ts'

export function textOf(text: string): LineSource {
  const all = Buffer.from(text)
  const bytes = {
    size: all.length,
    read: (start: number, end: number) =>
      Readable.from(pieces(all.subarray(start, end)), { objectMode: false }),
  }
  return { ...bytes, lines: () => completeIndex(emptyIndex, bytes) }
}

/** As they come from a disk. */
function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}
