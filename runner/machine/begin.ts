/**
 * Makes a machine its own before anybody else's first instruction: clones of one template are equal until then, in
 * clock, randomness and names. What stays equal is the kernel's boot_id, which nobody can change.
 */
import { randomBytes } from 'node:crypto'
import type { Life } from './life.ts'

/**
 * Resolves with false when the machine died over it. Called again after each boot of the same machine. Its input is taken
 * when it is filled, which may be while the machine becomes its own.
 */
export type Begin = (signal: AbortSignal, filled?: Promise<void>) => Promise<boolean>

export function beginner(life: Life): Begin {
  const id = randomBytes(16).toString('hex')
  return async (signal, filled) => {
    const begun = life.hear(({ say }) => say === 'begun', signal)
    const now = Date.now()
    const clock = `${Math.floor(now / 1000)} ${(now % 1000) * 1_000_000}`
    life.tell(`begin ${randomBytes(48).toString('hex')} ${clock} ${id} assay-${id.slice(0, 8)}`)
    // Together: what ends the wait for the one must not leave the other to nobody.
    const [message] = await Promise.all([begun, Promise.resolve(filled).then(() => life.tell('take input'))])
    return message !== null
  }
}
