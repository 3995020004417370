/** How far a bus was heard: from there on it asks for what it missed while it was away. */
import type { Services } from '../../services.ts'

export interface Mark {
  /** Until when everything was heard, ISO 8601; null: it never listened before. */
  since: () => string | null
  /** A message of that time was dealt with. Counts only while nothing older is still being asked for. */
  reached: (sentAt: string | null) => Promise<void>
  /** While `work` runs, what is heard live moves nothing; afterwards everything before `until` was heard. */
  during: (until: string, work: () => Promise<void>) => Promise<void>
}

/** Milliseconds between two writes: what lies between is heard again and changes nothing. */
const stride = 5_000
const scope = 'heard until'

export async function openMark({ stores }: Services, listener: string): Promise<Mark> {
  let mark = await stores.listeners.position(listener, scope)
  let held = false
  const move = async (to: string): Promise<void> => {
    mark = to
    await stores.listeners.setPosition(listener, scope, to)
  }
  return {
    since: () => mark,
    async reached(sentAt) {
      if (sentAt === null || held) return
      if (mark === null || Date.parse(sentAt) - Date.parse(mark) >= stride) await move(sentAt)
    },
    async during(until, work) {
      // Where it throws it stays held: what was missed is asked for again, from the same mark.
      held = true
      await work()
      await move(until)
      held = false
    },
  }
}
