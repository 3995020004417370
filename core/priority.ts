/** In what order executions are handed out: each package's first before any package's second, and some give way to all. */

/** Which executions give way to others: those of `low` come after all of `normal`. */
export const priorities = { normal: 0, low: 10 } as const

export type Priority = (typeof priorities)[keyof typeof priorities]

/** What the order is made of. */
export interface Waiting {
  id: string
  packageId: number
  priority: Priority
}

/** How many executions of a package wait that are older, by `lineOf`. */
export type Older = ReadonlyMap<string, number>

/** Of one package and priority: those in it come in the order of their ids, which is that of their age. */
export const lineOf = ({ packageId, priority }: Omit<Waiting, 'id'>): string => `${packageId} ${priority}`

/** Where each stands among those of its package that wait, from 1 on. */
export function ranked<T extends Waiting>(waiting: readonly T[], older: Older): (T & { rank: number })[] {
  const last = new Map(older)
  return inOrder(waiting).map((one) => {
    const rank = (last.get(lineOf(one)) ?? 0) + 1
    last.set(lineOf(one), rank)
    return { ...one, rank }
  })
}

/** Numbers that one class has in the queue. What stands behind its last shares that. */
const span = 2 ** 20

/** The place in the queue, from 1 to 2^21 - 1, the lowest first: equal ones come in the order in which they were put there. */
export const placeOf = ({ priority, rank }: { priority: Priority; rank: number }): number =>
  (priority === priorities.low ? span : 0) + Math.min(rank, span - 1)

const inOrder = <T extends Waiting>(waiting: readonly T[]): T[] =>
  [...waiting].sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0))
