/** A lock that the kernel keeps: it is gone with its holder, however that one died. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Does `work` while no other process that locks the same file does; waits for its turn. */
export async function locked<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await using lock = await holdLock(path, { ...(signal && { signal }) })
  signal?.throwIfAborted()
  if (!lock) throw new Error(`${path} cannot be locked: is its folder writable?`)
  return await work()
}

export interface LockOptions {
  /** How long to wait for another holder; by default for ever. */
  patienceSeconds?: number
  /** Gives up waiting. */
  signal?: AbortSignal
}

/** Holds the lock on `path` until it is disposed; null where another process kept it, or it cannot be locked at all. */
export async function holdLock(
  path: string,
  { patienceSeconds, signal }: LockOptions = {},
): Promise<AsyncDisposable | null> {
  signal?.throwIfAborted()
  const patience = patienceSeconds === undefined ? [] : ['-w', String(patienceSeconds)]
  // The holder lives until its standard input is closed: by us, or by the kernel when we die.
  const holder = spawn('flock', ['-x', ...patience, path, 'sh', '-c', 'echo locked; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const giveUp = (): void => void holder.kill()
  signal?.addEventListener('abort', giveUp)
  const ended = once(holder, 'close')
  ended.catch(() => undefined)
  holder.stdin.on('error', () => undefined)
  const won = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)])
  signal?.removeEventListener('abort', giveUp)
  if (!won) return null
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end()
      await ended.catch(() => undefined)
    },
  }
}
