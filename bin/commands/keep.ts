/** `assay keep`: what an execution left stays, whatever its age and size. */
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { readArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { print, printJson } from '../output.ts'
import type { ExecutionJson } from '../views.ts'

export default {
  usage: 'UUID [--off] [--json]',
  summary: 'Keeps the log and artifacts of an execution beyond the time of others; with --off no more.',
  async run(args) {
    const { values, positionals } = readArguments(args, { off: { type: 'boolean' } }, { least: 1, most: 1 })
    const api = openApi(readConfig(process.env))
    const path = `/api/v1/executions/${encodeURIComponent(positionals[0] ?? '')}/keep`
    const execution = await (values.off ? api.remove<ExecutionJson>(path) : api.post<ExecutionJson>(path))
    if (values.json) printJson(execution)
    else print(`What ${execution.id} left is ${execution.kept ? 'kept' : 'kept as long as any other'}.`)
    return 0
  },
} satisfies Command
