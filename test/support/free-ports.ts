/** Ports of this host that nobody listens on. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that the kernel gives out by itself, so that nobody is given one before it is used. */
const range = { from: 15_000, to: 32_000 }

/** Different ones: all are held until the last was found. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, () => Promise<unknown>>()
  while (held.size < count) {
    const port = randomInt(range.from, range.to)
    const server = createServer().listen(port, '127.0.0.1')
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (isFree) held.set(port, () => once(server.close(), 'close'))
  }
  await Promise.all([...held.values()].map((release) => release()))
  return [...held.keys()]
}
