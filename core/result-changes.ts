/** How the results of two runs of a check differ, testcase by testcase. */

interface Said {
  testcase: string
  outcome: string
}

export interface ResultChange {
  testcase: string
  /** null: it was not there. */
  before: string | null
  after: string | null
}

/** By testcase; what says the same in both runs is left out. Of a testcase that is there twice the last counts. */
export function resultChanges(before: readonly Said[], after: readonly Said[]): ResultChange[] {
  const [one, other] = [outcomesOf(before), outcomesOf(after)]
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((testcase) => ({
      testcase,
      before: one.get(testcase) ?? null,
      after: other.get(testcase) ?? null,
    }))
    .filter((change) => change.before !== change.after)
    .sort((a, b) => (a.testcase < b.testcase ? -1 : 1))
}

const outcomesOf = (results: readonly Said[]): Map<string, string> =>
  new Map(results.map(({ testcase, outcome }) => [testcase, outcome]))
