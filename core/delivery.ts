/** The way of one message to one publisher, as a table: it waits, is delivered, or is set aside for a person to see. */
import { AppError } from './errors.ts'

export const deliveryStates = ['waiting', 'delivered', 'dead'] as const
export type DeliveryState = (typeof deliveryStates)[number]

/**
 * What can happen to a delivery.
 * confirm: the other side has taken it. refuse: it did not, and is asked again later.
 * giveUp: it refused too often. resend: a person wants it sent once more.
 */
export type DeliveryStep = 'confirm' | 'refuse' | 'giveUp' | 'resend'

/** A missing cell is an illegal step. */
const transitions: Readonly<Record<DeliveryState, Partial<Record<DeliveryStep, DeliveryState>>>> = {
  waiting: { confirm: 'delivered', refuse: 'waiting', giveUp: 'dead' },
  delivered: { resend: 'waiting' },
  dead: { resend: 'waiting' },
}

/** How often the other side may refuse a message before it is set aside, so that those behind it go on. */
export const maxRefusals = 12

/** Milliseconds: the first pause, the longest after a refusal, and the longest while nobody can be reached. */
const pauses = { first: 1_000, refused: 5 * 60_000, unreachable: 30_000 }

/** The state after `step`; throws ILLEGAL_DELIVERY where the table has no cell. */
export function nextDelivery(state: DeliveryState, step: DeliveryStep): DeliveryState {
  const to = transitions[state][step]
  if (to) return to
  const hint = state === 'waiting' ? ': it will be sent as soon as its turn comes' : ''
  throw new AppError('ILLEGAL_DELIVERY', 409, `A message that is ${state} cannot ${step}${hint}.`)
}

/** What a refusal leads to, being the `refusals`-th. */
export const afterRefusal = (refusals: number): DeliveryStep => (refusals < maxRefusals ? 'refuse' : 'giveUp')

/** Milliseconds to wait after the `failures`-th failure in a row. */
export const pauseAfter = (failures: number, why: 'refused' | 'unreachable'): number =>
  Math.min(pauses[why], pauses.first * 2 ** Math.max(0, failures - 1))
