/** Compares what happened with what examples/hello-checks.expected.json says should. */
import { readFile } from 'node:fs/promises'
import { print, printTable } from '../output.ts'
import { verdictWords, type ExecutionJson } from '../views.ts'

const file = new URL('../../../examples/hello-checks.expected.json', import.meta.url)

type Expected = Pick<ExecutionJson, 'outcome' | 'reason'>

/** Whether each check of the example has run, and ended as it should. */
export async function judge(executions: readonly ExecutionJson[]): Promise<boolean> {
  const expected = JSON.parse(await readFile(file, 'utf8')) as Record<string, Expected>
  const rows = Object.entries(expected).map(([check, wanted]) => {
    const found = executions.find((execution) => execution.check === check)
    const good = found?.outcome === wanted.outcome && found.reason === wanted.reason
    return { check, found, wanted, good }
  })
  print('')
  printTable(
    ['CHECK', 'VERDICT', 'AS EXPECTED'],
    rows.map(({ check, found, wanted, good }) => [
      check,
      found ? verdictWords(found) : 'did not run',
      good ? 'yes' : `no: ${wanted.outcome ?? ''} ${wanted.reason ?? ''} was expected; ${found?.url ?? ''}`,
    ]),
  )
  return rows.every(({ good }) => good)
}
