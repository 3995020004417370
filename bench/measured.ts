/** What a bench found, and the two words of statistics that it takes to say it. */

export interface Measured {
  /** For people. */
  lines: string[]
  /** For programs. */
  data: Record<string, unknown>
}

/** What somebody asked for cannot be measured as asked. */
export class WrongUse extends Error {}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? NaN) + high) / 2
}

/** The least value that `fraction` of all are not above; NaN of nothing. */
export const percentile = (values: readonly number[], fraction: number): number =>
  ascending(values)[Math.max(Math.ceil(values.length * fraction) - 1, 0)] ?? NaN

const ascending = (values: readonly number[]): number[] => [...values].sort((one, other) => one - other)
