/** What every publisher is: it sends one message, and says whether the trouble is the message's or the way's. */
import type { Delivery } from '../store/outbox.ts'

export interface Publisher {
  /** Its deliveries are kept under it: it stays the same from start to start. */
  name: string
  /** Messages that it may have on the way at a time. */
  width: number
  /** Resolves once the other side has taken all that `delivery` says. Throws Unreachable, or why it was refused. */
  send: (delivery: Delivery) => Promise<void>
  close: () => Promise<void>
}

/** The other side cannot be reached, or takes nothing now: no fault of the message, which waits as long as it takes. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}
