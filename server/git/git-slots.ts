/** Places for git processes: how many there are in all, for those who only read, and for one client. Pure. */
import { AppError } from '../../core/errors.ts'

export interface SlotLimits {
  /** git processes at a time: each may need a core and tens of megabytes. */
  all: number
  /** Of them for clones and fetches: who pushes always finds the rest. */
  reading: number
  /** Clones and fetches of one client at a time. */
  readingOfOne: number
  /** Pushes of one user at a time. */
  pushingOfOne: number
}

export const slotLimits: SlotLimits = { all: 32, reading: 20, readingOfOne: 8, pushingOfOne: 6 }

export type GitSlots = ReturnType<typeof gitSlots>

export function gitSlots(limits = slotLimits) {
  const taken = { all: 0, reading: 0, byOne: new Map<string, number>() }
  const add = (isPush: boolean, one: string | null, by: 1 | -1): void => {
    taken.all += by
    if (!isPush) taken.reading += by
    if (one === null) return
    const count = (taken.byOne.get(one) ?? 0) + by
    if (count === 0) taken.byOne.delete(one)
    else taken.byOne.set(one, count)
  }
  return {
    /**
     * Takes a place; what is returned gives it back. `who`: the address of who reads or the name of who pushes; null: the
     * server's own host, which is not counted by itself. Throws BUSY, and TOO_MANY_AT_ONCE where one client has its share.
     */
    take(isPush: boolean, who: string | null): () => void {
      const one = who === null ? null : `${isPush ? 'pusher' : 'reader'} ${who}`
      const share = isPush ? limits.pushingOfOne : limits.readingOfOne
      if (one !== null && (taken.byOne.get(one) ?? 0) >= share) throw tooMany(isPush, share)
      if (taken.all >= limits.all || (!isPush && taken.reading >= limits.reading)) throw busy()
      add(isPush, one, 1)
      return () => add(isPush, one, -1)
    },
  }
}

const tooMany = (isPush: boolean, share: number): AppError =>
  new AppError(
    'TOO_MANY_AT_ONCE',
    429,
    isPush
      ? `${share} pushes of yours are under way: try again when one of them has ended.`
      : `${share} clones and fetches from your address are under way: try again when one of them has ended.`,
  )

const busy = (): AppError =>
  new AppError('BUSY', 503, 'Too many clones and pushes are under way: try again in a few seconds.')
