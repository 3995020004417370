/** A lock that the kernel keeps: it is gone with its holder, however that one died. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Does `work` while no other process that locks the same file does; waits for its turn. */
export async function locked<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  // The holder lives until its standard input is closed: by us, or by the kernel when we die.
  const holder = spawn('flock', ['-x', path, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    ...(signal && { signal }),
  })
  const ended = once(holder, 'close')
  ended.catch(() => undefined)
  holder.stdin.on('error', () => undefined)
  try {
    const won = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)])
    if (!won) throw new Error(`${path} cannot be locked: is its folder writable?`)
    return await work()
  } finally {
    holder.stdin.end()
    await ended.catch(() => undefined)
  }
}
