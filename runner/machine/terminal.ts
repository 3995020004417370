/** A person's terminal in a machine: a wire from where the person is, joined to the shell that the agent starts. */
import type { Duplex } from 'node:stream'
import type { Life } from './life.ts'
import type { PhaseEnd } from './machine.ts'
import { complete } from './phases.ts'

/** After the wire has ended, so long may the agent take to hang up on the shell. */
const hangUpMs = 5_000

/** As Machine.terminal promises; ends the wire. */
export async function runTerminal(life: Life, wire: Duplex, signal: AbortSignal): Promise<PhaseEnd | null> {
  const port = life.terminal
  let shown = 0
  const count = (chunk: Buffer): void => void (shown += chunk.length)
  const leaving = new AbortController()
  const left = life.hear(({ say }) => say === 'left', leaving.signal).catch(() => null)
  port.on('data', count)
  port.pipe(wire, { end: false })
  life.tell('terminal')
  wire.pipe(port, { end: false })
  const message = await Promise.race([left, endOf(wire, signal)])
  if (message === 'gone') {
    life.tell('hang-up')
    setTimeout(() => leaving.abort(), hangUpMs).unref()
    await left
  } else if (message?.say === 'left') await complete(life, () => shown >= message.bytes)
  wire.unpipe(port)
  port.unpipe(wire)
  port.off('data', count)
  port.resume()
  wire.end()
  return life.death()
}

const endOf = (wire: Duplex, signal: AbortSignal): Promise<'gone'> =>
  new Promise((resolve) => {
    const gone = (): void => resolve('gone')
    for (const event of ['end', 'close', 'error']) wire.once(event, gone)
    signal.addEventListener('abort', gone)
    if (signal.aborted) gone()
  })
