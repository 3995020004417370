/**
 * Makes a machine its own before anybody else's first instruction: clones of one template are equal until then, in
 * clock, randomness and names. What stays equal is the kernel's boot_id, which nobody can change.
 */
import { randomBytes } from 'node:crypto'
import type { MachineFacts } from '../../schemas/types.gen.ts'
import type { Life } from './life.ts'

/**
 * Resolves with false when the machine died over it. Called again after each boot of the same machine. Its input is taken
 * when it is filled, which may be while the machine becomes its own.
 */
export type Begin = (signal: AbortSignal, filled?: Promise<void>) => Promise<boolean>

/** So often may one that begins ask for the time: as often as the agent asks. */
const mostQuestions = 8

const halfMs = 0.5

/** How far off the machine's clock may be is kept in its facts. */
export function beginner(life: Life, facts: MachineFacts): Begin {
  const id = randomBytes(16).toString('hex')
  return async (signal, filled) => {
    let questions = 0
    const begun = life.hear((message) => {
      // At once: the longer the way, the less the answer is worth.
      if (message.say === 'time' && questions++ < mostQuestions) life.tell(timeWords())
      return message.say === 'begun'
    }, signal)
    life.tell(`begin ${randomBytes(48).toString('hex')} ${id} assay-${id.slice(0, 8)}`)
    // Together: what ends the wait for the one must not leave the other to nobody.
    const [message] = await Promise.all([begun, Promise.resolve(filled).then(() => life.tell('take input'))])
    if (message?.say !== 'begun') return false
    facts.clockErrorMs = message.clockErrorMs + halfMs
    return true
  }
}

/** Nanoseconds. What is known of them are whole milliseconds: in between, it is off by half of one. */
const timeWords = (): string => `time ${Date.now()}${halfMs * 1_000_000}`
