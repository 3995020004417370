/** Compares what happened with what the example's `.expected.json` says should. */
import { readFile } from 'node:fs/promises'
import { print, printTable } from '../output.ts'
import { verdictWords, type ExecutionJson } from '../views.ts'

export interface Ended extends ExecutionJson {
  artifacts: { path: string }[]
}

interface Expected extends Pick<ExecutionJson, 'outcome' | 'reason'> {
  /** Paths of all that was kept; absent: whatever was. */
  artifacts?: string[]
}

/** A check that was expected to run, and how it ended if it did. */
export interface Judged {
  check: string
  found: Ended | undefined
  /** What is not as expected, in words; null: nothing. */
  wrong: string | null
}

/** Whether each check of `example` has run, and ended as it should. Tells it in a table. */
export async function judge(example: string, executions: readonly Ended[]): Promise<boolean> {
  const judged = await compareWithExpected(example, executions)
  print('')
  printTable(
    ['CHECK', 'VERDICT', 'AS EXPECTED'],
    judged.map(({ check, found, wrong }) => [
      check,
      found ? verdictWords(found) : 'did not run',
      wrong === null ? 'yes' : `no: ${wrong}; ${found?.url ?? ''}`,
    ]),
  )
  return judged.every(({ wrong }) => wrong === null)
}

/** One entry for each check that `examples/EXAMPLE.expected.json` names. */
export async function compareWithExpected(example: string, executions: readonly Ended[]): Promise<Judged[]> {
  const file = new URL(`../../../examples/${example}.expected.json`, import.meta.url)
  const expected = JSON.parse(await readFile(file, 'utf8')) as Record<string, Expected>
  return Object.entries(expected).map(([check, wanted]) => {
    const found = executions.find((execution) => execution.check === check)
    return { check, found, wrong: difference(wanted, found) }
  })
}

function difference(wanted: Expected, found: Ended | undefined): string | null {
  if (!found || found.outcome !== wanted.outcome || found.reason !== wanted.reason)
    return `${[wanted.outcome, wanted.reason].filter(Boolean).join(' ')} was expected`
  const kept = found.artifacts.map(({ path }) => path).sort()
  return wanted.artifacts && kept.join('\n') !== wanted.artifacts.join('\n')
    ? `${wanted.artifacts.join(', ')} should have been kept, not ${JSON.stringify(kept)}`
    : null
}
