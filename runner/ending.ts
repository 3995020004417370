/** Why an attempt cannot go on, where that is known: thrown anywhere in it, and told in its report. */
import type { Ending } from '../schemas/types.gen.ts'

export class AttemptEnded extends Error {
  readonly how: Exclude<Ending['how'], 'exited'>

  /** `message`: one sentence for people. */
  constructor(how: AttemptEnded['how'], message: string) {
    super(message)
    this.name = 'AttemptEnded'
    this.how = how
  }
}

/** Reasons to give up an attempt from outside: somebody ended it, or its runner ends. Reasons of AbortSignals. */
export const cancelled = (): AttemptEnded =>
  new AttemptEnded('cancelled', 'It was cancelled, or another runner has taken it over.')

export const handedBack = (): AttemptEnded =>
  new AttemptEnded('handed_back', 'The runner ends and hands it back.')
