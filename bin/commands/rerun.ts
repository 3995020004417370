/** `assay rerun`: the same check of the same commit on the same build once more. */
import { Command } from '@commander-js/extra-typings'
import { changeExecution } from '../change-execution.ts'
import { examples, json } from '../command.ts'

export default new Command('rerun')
  .summary('run a finished execution again')
  .description(
    'Runs a finished execution again: the same check of the same commit on the same build, under a UUID of its own.',
  )
  .argument('<uuid>', 'the execution')
  .option(...json)
  .addHelpText('after', examples('rerun 0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52'))
  .action((uuid, options) =>
    changeExecution(uuid, 'rerun', options, ({ id, url }) => `It runs again as ${id}\n${url}`),
  )
