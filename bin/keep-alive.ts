/** A child process that is started again whenever it ends, and that never outlives us. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'

export interface KeptAlive {
  /** Asks it to end and waits until it has. */
  close: () => Promise<void>
  /** Asks once more, which is taken as `now`, and does not take no for an answer. */
  kill: () => void
}

/** Milliseconds: before it is started again (longer each time it ends soon after its start), and before it is killed. */
const pause = { first: 500, last: 30_000, healthy: 60_000, beforeKilling: 45_000 }

/** `command`: program and arguments. Its output goes where ours goes. */
export function keepAlive(command: readonly string[], env: NodeJS.ProcessEnv, log: Logger): KeptAlive {
  const closing = new AbortController()
  const isClosing = (): boolean => closing.signal.aborted
  let child: ChildProcess | undefined
  const supervise = async (): Promise<void> => {
    let wait = pause.first
    while (!isClosing()) {
      const started = Date.now()
      // The kernel ends it even when we are killed without a chance to.
      child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
        // Ctrl-C reaches the whole group of a terminal; who ends when is for us to say.
        detached: true,
      })
      const [code, signal] = (await once(child, 'exit').catch(() => [null, null])) as [
        number | null,
        string | null,
      ]
      if (isClosing()) return
      log.error({ code, signal }, 'the runner ended: starting it again')
      wait = Date.now() - started > pause.healthy ? pause.first : Math.min(wait * 2, pause.last)
      await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }
  const supervising = supervise()
  const ask = (): void => void child?.kill('SIGTERM')
  return {
    kill() {
      ask()
      setTimeout(() => child?.kill('SIGKILL'), pause.beforeKilling).unref()
    },
    async close() {
      closing.abort()
      ask()
      await supervising
    },
  }
}
