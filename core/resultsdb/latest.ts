/** The newest results of each testcase, or of each combination of what some data keys say. */

export interface Dated {
  id: number
  testcaseId: number
  submitTime: number
}

/** Those of each testcase that no other is newer than: several where they are of the same time. */
export function newestPerTestcase<T extends Dated>(results: readonly T[]): T[] {
  const newest = new Map<number, number>()
  for (const { testcaseId, submitTime } of results)
    newest.set(testcaseId, Math.max(submitTime, newest.get(testcaseId) ?? -Infinity))
  return results.filter(({ testcaseId, submitTime }) => newest.get(testcaseId) === submitTime)
}

/** More combinations of one result than this are not told apart. */
const mostBuckets = 64

/**
 * The newest of each testcase and combination of values of `keys`; a missing key is a value of its own, and a result with
 * several values of a key counts for each.
 */
export function newestPerBucket<T extends Dated & { data: Record<string, string[]> }>(
  results: readonly T[],
  keys: readonly string[],
): T[] {
  const newest = new Map<string, T>()
  for (const result of [...results].sort(newestFirst))
    for (const bucket of bucketsOf(result, keys)) if (!newest.has(bucket)) newest.set(bucket, result)
  return [...new Set(newest.values())]
}

export const newestFirst = (one: Dated, other: Dated): number =>
  other.submitTime - one.submitTime || other.id - one.id

function bucketsOf(
  { testcaseId, data }: Dated & { data: Record<string, string[]> },
  keys: readonly string[],
) {
  let buckets: (string | number | null)[][] = [[testcaseId]]
  for (const key of keys) {
    const values = Object.hasOwn(data, key) ? (data[key] ?? []) : []
    const choices = values.length > 0 ? values : [null]
    buckets = buckets.flatMap((bucket) => choices.map((choice) => [...bucket, choice])).slice(0, mostBuckets)
  }
  return buckets.map((bucket) => JSON.stringify(bucket))
}
