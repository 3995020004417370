/** A listener that looks now and again, never twice at once. */
import type { Listener } from './listener.ts'

/** Looks at once and then every `interval` milliseconds; closing interrupts a look through its signal. */
export function repeatedly(interval: number, look: (signal: AbortSignal) => Promise<void>): Listener {
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let looking = Promise.resolve()
  const run = (): void => {
    looking = look(closing.signal)
      // A look says itself what is wrong; whatever it could not even say must not end the listening.
      .catch(() => undefined)
      .then(() => {
        if (!closing.signal.aborted) timer = setTimeout(run, interval)
      })
  }
  run()
  return {
    async close() {
      closing.abort()
      clearTimeout(timer)
      await looking
    },
  }
}
