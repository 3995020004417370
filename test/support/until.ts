/** Waits for what will be true, instead of sleeping and hoping. */
import { setTimeout as sleep } from 'node:timers/promises'

/** The first value of `look` that is neither false, null nor undefined; throws after `patience` milliseconds. */
export async function until<T>(
  what: string,
  look: () => Promise<T> | T,
  patience = 15_000,
): Promise<NonNullable<T>> {
  const deadline = AbortSignal.timeout(patience)
  for (;;) {
    const seen = await look()
    if (seen !== false && seen !== null && seen !== undefined) return seen
    if (deadline.aborted) throw new Error(`waited in vain for ${what}`)
    await sleep(10)
  }
}
