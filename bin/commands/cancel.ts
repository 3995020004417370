/** `assay cancel`: ends an execution that waits or runs. */
import { Command } from '@commander-js/extra-typings'
import { changeExecution } from '../change-execution.ts'
import { examples, json } from '../command.ts'

export default new Command('cancel')
  .summary('end an execution that waits or runs')
  .description('Ends an execution that waits or runs. It leaves no result.')
  .argument('<uuid>', 'the execution')
  .option(...json)
  .addHelpText('after', examples('cancel 0f0d7b2a-54c8-4b5e-9d0e-6a4c3d7a1b52'))
  .action((uuid, options) => changeExecution(uuid, 'cancel', options, ({ id }) => `${id} is cancelled.`))
