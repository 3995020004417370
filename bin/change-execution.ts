/** What rerun and cancel share: one execution, one verb, one answer. */
import { readConfig } from '../core/config.ts'
import { openApi } from './api.ts'
import { readArguments } from './arguments.ts'
import type { ExitStatus } from './command.ts'
import { print, printJson } from './output.ts'
import type { ExecutionJson } from './views.ts'

export async function changeExecution(
  args: string[],
  verb: 'rerun' | 'cancel',
  words: (execution: ExecutionJson) => string,
): Promise<ExitStatus> {
  const { values, positionals } = readArguments(args, {}, { least: 1, most: 1 })
  const api = openApi(readConfig(process.env))
  const id = encodeURIComponent(positionals[0] ?? '')
  const changed = await api.post<ExecutionJson>(`/api/v1/executions/${id}/${verb}`)
  if (values.json) printJson(changed)
  else print(words(changed))
  return 0
}
