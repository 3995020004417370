/** The serial console: its last lines for people, and the words of a dying kernel for the watcher. */
const keep = 16_384
const panics = [/Kernel panic - not syncing/, /\bend Kernel panic\b/]

export interface ConsoleTail {
  push: (chunk: Buffer) => void
  /** Printable text, at most 16 KiB. */
  text: () => string
  panicked: () => boolean
}

export function consoleTail(): ConsoleTail {
  let tail = ''
  let panicked = false
  return {
    push(chunk) {
      const before = tail.slice(-64)
      const fresh = printable(chunk.subarray(-keep).toString('latin1'))
      panicked ||= panics.some((pattern) => pattern.test(before + fresh))
      tail = (tail + fresh).slice(-keep)
    },
    text: () => tail,
    panicked: () => panicked,
  }
}

/** Drops terminal control sequences and everything that is not ASCII text. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  return text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll(/[^\n\t\x20-\x7e]/g, '')
}
