/** Empties the outbox of what everybody has had for long enough. */
import type { Services } from '../services.ts'

/** Milliseconds: long enough to send once more what a consumer lost over a weekend. */
const keepFor = 14 * 24 * 3_600_000

export function forgetDelivered({ stores, now }: Pick<Services, 'stores' | 'now'>): Promise<number> {
  return stores.outbox.prune(new Date(Date.parse(now()) - keepFor).toISOString())
}
