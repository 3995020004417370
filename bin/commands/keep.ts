/** `assay keep`: what an execution left stays, whatever its age and size. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { openApi } from '../api.ts'
import { examples, json } from '../command.ts'
import { print, printJson } from '../output.ts'
import type { ExecutionJson } from '../views.ts'

export default new Command('keep')
  .summary('keep the log and artifacts of an execution for good')
  .description('Keeps the log and artifacts of an execution, whatever their age and size.')
  .argument('<uuid>', 'the execution')
  .option('--off', 'stop keeping them: they go when all others of their age do')
  .option(...json)
  .addHelpText(
    'after',
    examples('keep 0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52', 'keep 0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52 --off'),
  )
  .action(async (uuid, options) => {
    const api = openApi(readConfig(process.env))
    const path = `/api/v1/executions/${encodeURIComponent(uuid)}/keep`
    const execution = await (options.off ? api.remove<ExecutionJson>(path) : api.post<ExecutionJson>(path))
    if (options.json) printJson(execution)
    else print(`What ${execution.id} left is ${execution.kept ? 'kept' : 'kept as long as any other'}.`)
  })
