/** A person's end of a terminal in a machine: raw mode, the size of the window, and a way out that always works. */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { UsageError } from './command.ts'

/** Ctrl-], as telnet has it. */
const wayOut = 0x1d
export const wayOutWords = 'Leave it: exit, or Ctrl-]'

/** Begins a line that is no input. It never occurs in UTF-8. */
const mark = 0xff

/** Throws UsageError where there is nobody to type. */
export function requireTerminal(): void {
  if (!process.stdin.isTTY) throw new UsageError('standard input is no terminal: there is nobody to let in')
}

/** Joins this process's terminal to one in a machine, at the other end of `wire`, until either side leaves. */
export async function joinTerminal(wire: Duplex): Promise<void> {
  const { stdin, stdout } = process
  const tellSize = (): void => {
    const size = Buffer.from(`-${stdout.rows || 24} ${stdout.columns || 80}\n`)
    size[0] = mark
    wire.write(size)
  }
  const left = new AbortController()
  const leave = (): void => {
    wire.end()
    left.abort()
  }
  const onKeys = (keys: Buffer): void => {
    const at = keys.indexOf(wayOut)
    wire.write((at < 0 ? keys : keys.subarray(0, at)).filter((byte) => byte !== mark))
    if (at >= 0) leave()
  }
  wire.on('error', leave)
  stdin.setRawMode(true)
  try {
    tellSize()
    stdout.on('resize', tellSize)
    stdin.on('data', onKeys).once('end', leave)
    wire.pipe(stdout, { end: false })
    await once(wire, 'end', { signal: left.signal }).catch(() => undefined)
  } finally {
    wire.unpipe(stdout)
    stdout.off('resize', tellSize)
    stdin.off('data', onKeys).off('end', leave).pause()
    stdin.setRawMode(false)
    stdout.write('\r\n')
  }
}
