/** A listener that looks now and again, never twice at once. */
import type { Listener } from './listener.ts'

export interface Repeating extends Listener {
  /** There may be something to see: it looks at once, or once more after the look that is under way. */
  soon: () => void
}

/** Looks at once and then every `interval` milliseconds; closing interrupts a look through its signal. */
export function repeatedly(interval: number, look: (signal: AbortSignal) => Promise<void>): Repeating {
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let isLooking = false
  let again = false
  let looking = Promise.resolve()
  const run = (): void => {
    clearTimeout(timer)
    isLooking = true
    again = false
    looking = look(closing.signal)
      // A look says itself what is wrong; whatever it could not even say must not end the listening.
      .catch(() => undefined)
      .then(() => {
        isLooking = false
        if (!closing.signal.aborted) timer = setTimeout(run, again ? 0 : interval)
      })
  }
  run()
  return {
    soon() {
      if (isLooking) again = true
      else if (!closing.signal.aborted) run()
    },
    async close() {
      closing.abort()
      clearTimeout(timer)
      await looking
    },
  }
}
