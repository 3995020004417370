/** What rerun and cancel share: one execution, one verb, one answer. */
import { readConfig } from '../core/config.ts'
import { openApi } from './api.ts'
import { print, printJson } from './output.ts'
import type { ExecutionJson } from './views.ts'

export async function changeExecution(
  uuid: string,
  verb: 'rerun' | 'cancel',
  options: { json?: true | undefined },
  words: (execution: ExecutionJson) => string,
): Promise<void> {
  const api = openApi(readConfig(process.env))
  const changed = await api.post<ExecutionJson>(`/api/v1/executions/${encodeURIComponent(uuid)}/${verb}`)
  if (options.json) printJson(changed)
  else print(words(changed))
}
