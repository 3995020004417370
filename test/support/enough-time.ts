/** Time limits that are to end a check in its midst: how far it comes in so many seconds is the host's affair. */

/** Tries with `limit`, then with twice as much, and so on, as long as `run` says with null that the check did not come so far. */
export async function enoughTime<T>(limit: number, run: (limit: number) => Promise<T | null>): Promise<T> {
  return (await run(limit)) ?? enoughTime(2 * limit, run)
}
