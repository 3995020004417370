/** Splits what a hostile peer sends into lines, none longer than a bound: what is longer is dropped and counted. */
export interface LineReader {
  push: (chunk: Buffer) => string[]
  /** Lines that were dropped. */
  dropped: () => number
}

export function lineReader(limit: number): LineReader {
  let held = Buffer.alloc(0)
  let skipping = false
  let dropped = 0
  const take = (line: Buffer): string[] => {
    if (skipping || line.length > limit) {
      skipping = false
      dropped++
      return []
    }
    return [line.toString('utf8')]
  }
  return {
    push(chunk) {
      const lines: string[] = []
      let rest = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        lines.push(...take(rest.subarray(0, end)))
        rest = rest.subarray(end + 1)
      }
      if (rest.length > limit) skipping = true
      held = skipping ? Buffer.alloc(0) : Buffer.from(rest)
      return lines
    },
    dropped: () => dropped,
  }
}
