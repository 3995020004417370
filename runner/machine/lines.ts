/** Splits what a hostile peer sends into lines, none longer than a bound: what is longer is dropped and counted by its length. */
export interface LineReader {
  push: (chunk: Buffer) => string[]
  /** Lines that were dropped; one that goes on counts once more each time it is as long again. */
  dropped: () => number
}

export function lineReader(limit: number): LineReader {
  let held = Buffer.alloc(0)
  /** Bytes that were dropped of a line that has not ended. */
  let skipped = 0
  let dropped = 0
  const drop = (bytes: number): void => {
    dropped += Math.floor((skipped + bytes) / limit) - Math.floor(skipped / limit)
    skipped += bytes
  }
  const take = (line: Buffer): string[] => {
    if (skipped === 0 && line.length <= limit) return [line.toString('utf8')]
    drop(line.length)
    skipped = 0
    return []
  }
  return {
    push(chunk) {
      const lines: string[] = []
      let rest = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        lines.push(...take(rest.subarray(0, end)))
        rest = rest.subarray(end + 1)
      }
      const tooLong = skipped > 0 || rest.length > limit
      if (tooLong) drop(rest.length)
      held = tooLong ? Buffer.alloc(0) : Buffer.from(rest)
      return lines
    },
    dropped: () => dropped,
  }
}
