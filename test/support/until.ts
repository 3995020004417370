/** Waits for what will be true, instead of sleeping and hoping. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Milliseconds: long, for it only ends a hang, and the host may be busy; less than mocha has, for the better message. */
const long = 50_000
/** Milliseconds between two looks, which grow: what takes long shall not take longer because it is looked at. */
const [first, last] = [5, 100]

/** The first value of `look` that is neither false, null nor undefined; throws after `patience` milliseconds. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  patience = long,
): Promise<NonNullable<T>> {
  const deadline = AbortSignal.timeout(patience)
  for (let pause = first; ; pause = Math.min(1.2 * pause, last)) {
    const seen = await look()
    if (seen !== false && seen !== null && seen !== undefined) return seen
    if (deadline.aborted) throw new Error(`waited in vain for ${what}`)
    await sleep(pause)
  }
}
