/** A message on its way: as it came, as what it is taken, and what became of it. */
import type { Heard, NativeMessage } from '../../core/listening/heard.ts'

export type Outcome = 'stored' | 'repeated' | 'ignored' | 'set_aside'

/** A message as it came, and as what it is taken. */
export interface Told<T extends Heard = Heard> {
  message: NativeMessage
  heard: T
}

export type Settled = Told & { outcome: Outcome }
