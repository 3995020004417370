/** Databases bound how many values one statement may carry. */

/** Rows in one statement: the widest have some twenty columns. */
const most = 200

export const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / most) }, (_, at) => all.slice(at * most, (at + 1) * most))
